import {
  binsOf,
  driftWindow,
  emptyWindow,
  observe,
  observeOutcome,
  scaleOfScores,
  type DriftWindow,
  type FeatureBins,
} from '@plumbline/shared/drift';
import type { FeatureValue } from '@plumbline/shared/manifest';
import type { WindowRow } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Write } from '../link/outbox/index.ts';
import type { Store } from '../ports/index.ts';
import type { LoadedModel } from '../predict/load.ts';
import { readAll, stored, type OnDamaged } from '../store/json.ts';
import { OPEN_WINDOWS, windowKey } from '../store/keys.ts';
import { periodOf, type Period } from './period.ts';

const openWindow = z.strictObject({ window: driftWindow, openedAt: z.number().int() });
type OpenWindow = z.infer<typeof openWindow>;

/** Which window is meant: one model version over one period. */
export interface WindowOf {
  line: string;
  sha256: string;
  at: number;
}

/** Drift counts of the periods that are not closed yet. Every change is to be written by the caller with what caused it. */
export interface Windows {
  period(at: number): Period;
  count(model: LoadedModel, asOf: number, values: Record<string, FeatureValue>, score: number): Write;
  /** An outcome belongs to the window of its prediction; when that one was sent long ago, a further one is opened. */
  mature(of: WindowOf, score: number, label: 0 | 1, now: number): Write;
  fail(model: LoadedModel, at: number, errors: number): Write;
  /** Takes out the windows that are over (all of them when `now` is undefined) as rows; at most one write. */
  close(now: number | undefined, madeAt: number): Write | undefined;
}

export async function createWindows(
  store: Store,
  windowMs: () => number | undefined,
  onDamaged?: OnDamaged,
): Promise<Windows> {
  const open = new Map(await readAll(store, OPEN_WINDOWS, openWindow, onDamaged));
  let last = { ...periodOf(0, windowMs()), windowMs: windowMs() };
  // Predictions come by the thousand, and nearly all fall into the period of the one before.
  const period = (at: number): Period => {
    const wanted = windowMs();
    if (last.windowMs !== wanted || at < last.from || at >= last.to) {
      last = { ...periodOf(at, wanted), windowMs: wanted };
    }
    return last;
  };

  const find = (of: WindowOf, bins: FeatureBins[], openedAt: number): { key: string; window: DriftWindow } => {
    const { from, to } = period(of.at);
    const key = windowKey(of.line, of.sha256, from);
    let found = open.get(key);
    if (found === undefined || bins.some(({ name }) => found?.window.features[name] === undefined)) {
      const empty = emptyWindow(of.line, of.sha256, bins, from, to);
      // A window that an outcome opened has no feature bins until a prediction needs them.
      found = found ?? { window: empty, openedAt };
      found.window.features = { ...empty.features, ...found.window.features };
    }
    found.openedAt = Math.max(found.openedAt, openedAt);
    open.set(key, found);
    return { key, window: found.window };
  };
  // Read when the commit happens: a window that was closed meanwhile must not rise again.
  const write = (key: string): Write => ({
    latest: { [key]: () => (open.has(key) ? stored(open.get(key)) : undefined) },
  });

  return {
    period,
    count(model, asOf, values, score) {
      const bins = binsOfModel(model);
      const { key, window } = find({ ...model, at: asOf }, bins, asOf);
      observe(window, bins, values, score, scaleOfScores(model.manifest.output.kind, model.reference));
      return write(key);
    },
    mature(of, score, label, now) {
      // Outcomes need no feature bins: what is absent merges as zeros.
      const { key, window } = find(of, [], now);
      observeOutcome(window, score, label);
      return write(key);
    },
    fail(model, at, errors) {
      const { key, window } = find({ ...model, at }, binsOfModel(model), at);
      window.errors += errors;
      return write(key);
    },
    close(now, madeAt) {
      const isOver = ({ openedAt }: OpenWindow) => now === undefined || period(openedAt).to <= now;
      const over = [...open].filter(([, one]) => isOver(one));
      if (over.length === 0) return undefined;
      for (const [key] of over) open.delete(key);
      return {
        rows: over.map(([, { window }]): WindowRow => ({ kind: 'window', at: madeAt, window })),
        changes: over.map(([key]) => ({ remove: key })),
      };
    },
  };
}

/** A model without reference is counted by its scores alone. */
function binsOfModel({ reference }: LoadedModel): FeatureBins[] {
  return reference === undefined ? [] : binsOf(reference);
}
