import {
  assessDrift,
  DEFAULT_DRIFT_RULE,
  mergeWindows,
  type DriftRule,
  type DriftVerdict,
  type DriftWindow,
  type Reference,
} from '@plumbline/shared/drift';
import { record } from '../../platform/audit/index.ts';
import { and, desc, driftVerdicts, eq, type Database } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import { getModel } from '../../supply/models/index.ts';
import { listWindows } from '../telemetry/index.ts';
import { referenceOf } from './reference.ts';

export interface AssessOptions {
  /** Only windows that begin before this are looked at: later ones may still be on their way. */
  upTo: number;
  /** Predictions a merged window needs before it is judged; sparse periods are joined until they have them. */
  minimumCount: number;
  /** Of those, the windows that nothing more is expected of; all of them by default. */
  settled?: (window: DriftWindow) => boolean;
  rule?: DriftRule;
}

/**
 * Merges the windows that devices sent for a version, period by period and over all sites, and compares each merged
 * window with the training distribution. Periods never overlap, so the false-alarm budget holds per verdict.
 * Each period is judged once; every verdict is kept, alarm or not.
 */
export async function assessVersion(
  deps: { database: Database; artifacts: ArtifactStore; now: () => number },
  of: { line: string; version: string },
  options: AssessOptions,
): Promise<DriftVerdict[]> {
  const { database, artifacts } = deps;
  const model = await getModel(database.db, of.line, of.version);
  const archives = model.variants.map((variant) => variant.archive);
  const from = await judgedUpTo(database, of);
  const windows: DriftWindow[] = [];
  for (const archive of archives) {
    windows.push(...(await listWindows(database.db, archive, { from, to: options.upTo })));
  }
  const joined = joinPeriods(
    options.settled === undefined ? windows : windows.filter(options.settled),
    options.minimumCount,
  );
  if (joined.length === 0) return [];
  // Opened last: a bundle is unpacked only for a period that can be judged.
  const reference = archives[0] && (await referenceOf(artifacts, archives[0]));
  if (reference === undefined || reference === '') return [];
  const verdicts = joined.map((window) => assessDrift(reference, window, options.rule ?? DEFAULT_DRIFT_RULE));
  for (const verdict of verdicts) await keep(deps, of, verdict, reference);
  return verdicts;
}

async function judgedUpTo(database: Database, of: { line: string; version: string }): Promise<number> {
  const [last] = await database.db
    .select({ toAt: driftVerdicts.toAt })
    .from(driftVerdicts)
    .where(and(eq(driftVerdicts.line, of.line), eq(driftVerdicts.version, of.version)))
    .orderBy(desc(driftVerdicts.toAt))
    .limit(1);
  return last?.toAt ?? 0;
}

/** Windows in order of time, all variants and devices of a period together, joined until they hold enough. */
export function joinPeriods(windows: readonly DriftWindow[], minimumCount: number): DriftWindow[] {
  const periods = new Map<number, DriftWindow[]>();
  for (const window of windows) periods.set(window.from, [...(periods.get(window.from) ?? []), window]);
  const joined: DriftWindow[] = [];
  let open: DriftWindow[] = [];
  for (const from of [...periods.keys()].toSorted((a, b) => a - b)) {
    open.push(...(periods.get(from) ?? []));
    if (open.reduce((total, window) => total + window.count, 0) < minimumCount) continue;
    // Variants of a version share their bins; only the hash differs.
    joined.push(mergeWindows(open.map((window) => ({ ...window, sha256: open[0]?.sha256 ?? '' }))));
    open = [];
  }
  return joined;
}

async function keep(
  deps: { database: Database; now: () => number },
  of: { line: string; version: string },
  verdict: DriftVerdict,
  reference: Reference,
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    await tx
      .insert(driftVerdicts)
      .values({
        ...of,
        fromAt: verdict.from,
        toAt: verdict.to,
        count: verdict.count,
        alarm: verdict.alarm ? 1 : 0,
        sentence: verdict.sentence,
        details: JSON.stringify({ comparisons: verdict.comparisons, referenceRows: reference.rows }),
        assessedAt: deps.now(),
      })
      .onConflictDoNothing();
    if (!verdict.alarm) return;
    await emit(tx, { type: 'drift.alert', model: of.line, reason: verdict.sentence });
    await record(tx, {
      actor: 'system',
      action: 'drift.alert',
      subject: `model:${of.line}@${of.version}`,
      details: { from: verdict.from, to: verdict.to, sentence: verdict.sentence },
    });
  });
}
