import { binsOf, emptyWindow, observe, type DriftVerdict, type DriftWindow } from '@plumbline/shared/drift';
import { decodeMessage, encodeFrame, telemetryBatch, type WindowRow } from '@plumbline/shared/wire';
import { periodOf } from '../../agent/src/observe/period.ts';
import { assessVersion, listFindings, listHolds, referenceOf } from '../../fleet-server/src/insight/drift/index.ts';
import type { Example } from '../../fleet-server/src/learning/datasets/index.ts';
import { recordOf } from '../../fleet-server/src/learning/pipelines/index.ts';
import {
  decideTurn,
  retrainPolicy,
  scoresOfVersion,
  type TurnDecision,
} from '../../fleet-server/src/learning/retraining/index.ts';
import type { VersionSummary } from '../../fleet-server/src/supply/models/index.ts';
import type { Rooms } from './rooms.ts';

const DAY_MS = 86_400_000;
/** Predictions that a window needs, as in the demonstration. */
const MINIMUM_COUNT = 150;
/** Only drift of the inputs can open a turn. */
const DRIFT_ONLY = retrainPolicy.parse({
  line: 'delay',
  dataset: 'history@1',
  mode: 'release',
  on: { drift: { kinds: ['covariate', 'score'] } },
  minimumLabels: 150,
});

/** Devices send a window a day; of a whole life that is too many to look at, and merging them is shown elsewhere. */
const MONTH_MS = 30 * DAY_MS;

/** What the server came to think, month by month. */
export interface Life {
  verdicts: (DriftVerdict & { assessedAt: number })[];
  /** Features whose data were said to be at fault, how, and since when. */
  faults: { feature: string | undefined; fault: string | undefined; from: number }[];
  /** When the retraining policy first opened, and why. */
  opened: { at: number; trigger: TurnDecision } | undefined;
}

/**
 * Lets a version predict every activity on the day it starts, at its site, from `from` to the last start: each month
 * every site sends its window as a frame, then the server assesses drift and asks its retraining policy.
 */
export async function live(
  rooms: Rooms,
  model: VersionSummary,
  examples: readonly Example[],
  from: number,
): Promise<Life> {
  const { line, version } = model;
  const started = examples.filter((example) => example.startAt >= from);
  const months = await windowsByMonth(rooms, model, started);
  const sent = new Map<string, number>();
  const life: Life = { verdicts: [], faults: [], opened: undefined };
  for (const month of [...months.keys()].toSorted((a, b) => a - b)) {
    const { to } = periodOf(month, MONTH_MS);
    rooms.setNow(to);
    await Promise.all([...(months.get(month) ?? [])].map(([site, window]) => send(rooms, sent, site, window)));
    const verdicts = await assessVersion(rooms, { line, version }, { upTo: to, minimumCount: MINIMUM_COUNT });
    life.verdicts.push(...verdicts.map((verdict) => ({ ...verdict, assessedAt: to })));
    const trigger = decideTurn(
      {
        now: to,
        since: from,
        champion: { version, knownBefore: from },
        findings: await listFindings(rooms.database.db, { line, version }),
        holds: await listHolds(rooms.database.db, line),
        answered: new Set(),
        openedAt: [],
        retrainedAt: [],
        labelsSince: (since) => examples.filter(({ knownAt }) => knownAt >= since && knownAt < to).length,
      },
      DRIFT_ONLY,
    );
    if (trigger.open) life.opened ??= { at: to, trigger };
  }
  for (const { subject, quality, from: since } of await listFindings(rooms.database.db, {
    line,
    version,
    kind: 'quality',
    alarm: true,
  })) {
    life.faults.push({ feature: subject, fault: quality, from: since });
  }
  return life;
}

async function windowsByMonth(
  rooms: Rooms,
  model: VersionSummary,
  started: readonly Example[],
): Promise<Map<number, Map<string, DriftWindow>>> {
  const archive = model.variants[0]?.archive ?? '';
  const reference = await referenceOf(rooms.artifacts, archive);
  if (reference === undefined) throw new Error('the bundle has no reference');
  const bins = binsOf(reference);
  const scores = await scoresOfVersion(rooms, model, started.map(recordOf));
  const months = new Map<number, Map<string, DriftWindow>>();
  started.forEach(({ site, startAt, values }, i) => {
    const { from, to } = periodOf(startAt, MONTH_MS);
    const sites = months.get(from) ?? new Map<string, DriftWindow>();
    const window = sites.get(site) ?? emptyWindow(model.line, archive, bins, from, to);
    observe(window, bins, values, scores[i] ?? Number.NaN);
    months.set(from, sites.set(site, window));
  });
  return months;
}

async function send(
  { ingest, now }: Rooms,
  sent: Map<string, number>,
  site: string,
  window: DriftWindow,
): Promise<void> {
  const seq = (sent.get(site) ?? 0) + 1;
  sent.set(site, seq);
  const row: WindowRow = { kind: 'window', at: now(), window };
  const frame = encodeFrame({ stream: `${site}-evidence`, class: 'evidence', rows: [[seq, row]] }, { compress: true });
  const { upTo } = await ingest.take({ site, device: `gateway-${site}`, batch: decodeMessage(telemetryBatch, frame) });
  if (upTo !== seq) throw new Error(`window ${seq} of ${site} was not taken`);
}
