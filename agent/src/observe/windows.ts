import {
  driftWindow,
  emptyWindow,
  observe,
  observeCorrection,
  observeOutcome,
  scaleOfScores,
  type CountedPrediction,
  type DriftWindow,
  type FeatureBins,
  type ObservedMore,
} from '@plumbline/shared/drift';
import type { FeatureValue } from '@plumbline/shared/manifest';
import { toHex } from '@plumbline/shared/trust';
import type { WindowRow } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Write } from '../link/outbox/index.ts';
import type { Clock, Random, Store } from '../ports/index.ts';
import type { LoadedModel } from '../predict/load.ts';
import { readAll, stored, type OnDamaged } from '../store/json.ts';
import { OPEN_WINDOWS, windowKey } from '../store/keys.ts';
import { periodOf, type Period } from './period.ts';
import { countedBins } from './windows/shareable-bins.ts';

const openWindow = z.strictObject({ window: driftWindow, openedAt: z.number().int() });
type OpenWindow = z.infer<typeof openWindow>;

/** Which window is meant: one model version over one period. */
export interface WindowOf {
  line: string;
  sha256: string;
  at: number;
}

/** One prediction to be counted. */
export interface Counted extends Omit<ObservedMore, 'support'> {
  asOf: number;
  values: Record<string, FeatureValue>;
  score: number;
}

/** Drift counts of the periods that are not closed yet. Every change is to be written by the caller with what caused it. */
export interface Windows {
  period(at: number): Period;
  count(model: LoadedModel, prediction: Counted): Write;
  /** An outcome belongs to the window of its prediction; when that one was sent long ago, a further one is opened. */
  mature(of: WindowOf, prediction: CountedPrediction, label: 0 | 1): Write;
  /** Takes back what `mature` counted. */
  correct(of: WindowOf, prediction: CountedPrediction, label: 0 | 1): Write;
  fail(model: LoadedModel, at: number, errors: number): Write;
  /** Takes out the windows that are over (all of them when `now` is undefined) as rows; at most one write. */
  close(now: number | undefined, madeAt: number): Write | undefined;
}

export interface WindowsDeps {
  store: Store;
  clock: Clock;
  random: Random;
  windowMs: () => number | undefined;
  onDamaged?: OnDamaged | undefined;
}

const ID_BYTES = 8;

export async function createWindows({ store, clock, random, windowMs, onDamaged }: WindowsDeps): Promise<Windows> {
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

  const find = (of: WindowOf, bins: FeatureBins[] = [], slices = 0): { key: string; window: DriftWindow } => {
    const { from, to } = period(of.at);
    const key = windowKey(of.line, of.sha256, from);
    // Until the day is over on which it was last touched: what belongs to it may go on coming, and it is sent once.
    const openedAt = Math.max(of.at, clock.now());
    let found = open.get(key);
    if (found === undefined || bins.some(({ name }) => found?.window.features[name] === undefined)) {
      const id = found?.window.id ?? toHex(random.bytes(ID_BYTES));
      const empty = emptyWindow(of.line, of.sha256, bins, from, to, { id, slices });
      // A window that an outcome opened has no bins until a prediction needs them.
      const { features, shape, slices: counts } = empty;
      found ??= { window: empty, openedAt };
      Object.assign(found.window, { features, shape, slices: counts });
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
    count(model, { asOf, values, score, ...more }) {
      const { bins, support, slices } = countedBins(model);
      const { key, window } = find({ ...model, at: asOf }, bins, slices.length);
      const scale = scaleOfScores(model.manifest.output.kind, model.reference);
      observe(window, bins, values, score, scale, { ...more, support });
      return write(key);
    },
    mature(of, prediction, label) {
      const { key, window } = find(of);
      observeOutcome(window, prediction.score, label, prediction);
      return write(key);
    },
    correct(of, prediction, label) {
      const { key, window } = find(of);
      observeCorrection(window, prediction.score, label, prediction);
      return write(key);
    },
    fail(model, at, errors) {
      const { bins, slices } = countedBins(model);
      const { key, window } = find({ ...model, at }, bins, slices.length);
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
