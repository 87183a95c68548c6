import type { DriftVerdict, DriftWindow, Reference } from '@plumbline/shared/drift';
import { record } from '../../platform/audit/index.ts';
import { and, asc, driftJudged, driftVerdicts, eq, type Database, type Db } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import { getModel } from '../../supply/models/index.ts';
import { judgeApart } from './apart/judge-apart.ts';
import { endOthers, keepFindings } from './findings/keep-findings.ts';
import { settleHolds } from './holds/settle-holds.ts';
import type { PeriodVerdict } from './judge/judge-period.ts';
import type { Period } from './judge/period.ts';
import { setAsideOf } from './judge/set-aside.ts';
import { listDays, listHistory, sizeOfDays, sumByDevice, type DeviceDay } from './merge/device-days.ts';
import { joinPeriods } from './merge/join-periods.ts';
import { belongingsOf } from './merge/scopes.ts';
import { referenceOf } from './reference.ts';
import { quarantineExceeding } from './take/quarantine.ts';
import { takeEvidence } from './take/take-evidence.ts';

export interface AssessDeps {
  database: Database;
  artifacts: ArtifactStore;
  now: () => number;
}

export interface AssessOptions {
  /** Only windows that begin before this are looked at: later ones may still be on their way. */
  upTo: number;
  /** Predictions a merged window needs before it is judged; sparse periods are joined until they have them. */
  minimumCount: number;
  /** Of those, the windows that nothing more is expected of; all of them by default. */
  settled?: (window: DriftWindow) => boolean;
  /** Smaller effects of values and scores do not alarm, Cohen's w. */
  minimumEffect?: number;
}

type Version = { line: string; version: string };
type Judged = typeof driftJudged.$inferSelect;

/** Late windows are waited for so long; after that a period is what it was. */
const REOPENED_FOR_MS = 90 * 86_400_000;
/** What scopes are held against, and what a fleet is. */
const HISTORY_MS = 90 * 86_400_000;
const PAST_MS = 365 * 86_400_000;
const INPUTS = ['covariate', 'score', 'estimated', 'fairness', 'quality'] as const;

/**
 * Takes what devices have sent, merges the windows of a version period by period over all sites, and compares each merged
 * window with the training distribution. Periods never overlap, so the false-alarm budget holds per look. Each is judged once;
 * windows that come later open exactly theirs again, and may take an alarm back but raise none.
 * @returns the word on the inputs of each period that was not judged before
 */
export async function assessVersion(deps: AssessDeps, of: Version, options: AssessOptions): Promise<DriftVerdict[]> {
  const { database, artifacts } = deps;
  await takeEvidence(deps);
  const model = await getModel(database.db, of.line, of.version);
  const judged = await judgedPeriods(database, of);
  const from = judged.at(-1)?.toAt ?? 0;
  const isSettled = options.settled ?? (() => true);
  const fresh = (await listDays(database.db, of, { from, to: options.upTo })).filter(({ window }) => isSettled(window));
  const late = await reopened(deps, of, judged);
  if (late.length === 0 && countOf(fresh) < options.minimumCount) return [];
  const days = (await quarantineExceeding(deps, of, fresh)).filter(({ quarantined }) => !quarantined);
  const joined = joinPeriods(
    days.map((day) => ({ ...day, count: day.window.count })),
    options.minimumCount,
  );
  // Opened last: a bundle is unpacked only for a period that can be judged.
  const archive = model.variants[0]?.archive;
  const reference = archive === undefined ? undefined : await referenceOf(artifacts, archive);
  if (reference === undefined) return [];
  for (const { of: period, days: own } of late) await judgeAgain(deps, of, reference, period, own, options);
  const verdicts: DriftVerdict[] = [];
  let begins = from;
  for (const { from: first, to, parts } of joined) {
    const period = await periodOf(database, of, reference, { from: first, to }, parts);
    const verdict = await judgeApart(period, options.minimumEffect);
    if (await keep(deps, period, verdict, begins)) verdicts.push(verdict.verdict);
    begins = to;
  }
  return verdicts;
}

async function judgedPeriods({ db }: Database, { line, version }: Version): Promise<Judged[]> {
  return db
    .select()
    .from(driftJudged)
    .where(and(eq(driftJudged.line, line), eq(driftJudged.version, version), eq(driftJudged.family, 'inputs')))
    .orderBy(asc(driftJudged.fromAt));
}

/** Judged periods that count other predictions now than when they were judged, with all that is known of them. */
async function reopened(
  deps: AssessDeps,
  of: Version,
  judged: readonly Judged[],
): Promise<{ of: Judged; days: DeviceDay[] }[]> {
  const young = judged.filter(({ toAt }) => toAt > deps.now() - REOPENED_FOR_MS);
  const late: { of: Judged; days: DeviceDay[] }[] = [];
  for (const one of young) {
    const { count, isQuiet } = await sizeOfDays(deps.database.db, of, { from: one.fromAt, to: one.toAt });
    if (isQuiet && count === one.counted) continue;
    const days = await listDays(deps.database.db, of, { from: one.fromAt, to: one.toAt });
    const counting = (await quarantineExceeding(deps, of, days)).filter(({ quarantined }) => !quarantined);
    if (countOf(counting) !== one.counted) late.push({ of: one, days: counting });
  }
  return late;
}

function countOf(days: readonly DeviceDay[]): number {
  return days.reduce((all, { window }) => all + window.count, 0);
}

async function periodOf(
  { db }: Database,
  { line, version }: Version,
  reference: Reference,
  range: { from: number; to: number },
  days: readonly DeviceDay[],
): Promise<Period> {
  const devices = sumByDevice(days);
  const past = await listHistory(db, { line, version }, range.from, PAST_MS);
  const history = past.filter(({ fromAt }) => fromAt >= range.from - HISTORY_MS);
  const setAside = await setAsideOf(db, { line, version }, ['covariate', 'score'], range.from);
  const known = [...new Set([...devices, ...history].map(({ device }) => device))];
  const belongings = await belongingsOf(db, known);
  return { line, version, ...range, reference, devices, days, history, past, setAside, belongings };
}

/** @returns false where somebody else has judged it meanwhile */
async function keep(
  { database, now }: AssessDeps,
  period: Period,
  { findings, faulty, verdict }: PeriodVerdict,
  begins: number,
): Promise<boolean> {
  const { line, version, from, to, reference } = period;
  return database.transaction(async (tx) => {
    const [mine] = await tx
      .insert(driftJudged)
      .values({ line, version, family: 'inputs', fromAt: begins, toAt: to, counted: verdict.count, judgedAt: now() })
      .onConflictDoNothing()
      .returning({ fromAt: driftJudged.fromAt });
    if (mine === undefined) return false;
    const { alarms, fresh } = await keepFindings(tx, { line, version, isAgain: false }, findings, now());
    await endOthers(tx, { line, version }, INPUTS, alarms);
    await settleHolds(tx, period, findings, faulty, now());
    await tx
      .insert(driftVerdicts)
      .values({
        line,
        version,
        fromAt: from,
        toAt: to,
        count: verdict.count,
        alarm: verdict.alarm ? 1 : 0,
        sentence: verdict.sentence,
        details: JSON.stringify({ comparisons: verdict.comparisons, referenceRows: reference.rows }),
        assessedAt: now(),
      })
      .onConflictDoNothing();
    await emit(tx, { type: 'drift.judged', model: line, version, from, to, alarms: alarms.map(({ id }) => id) });
    const isNews = fresh.some(({ kind }) => kind === 'covariate' || kind === 'score');
    if (verdict.alarm && isNews) await tellAlert(tx, { line, version }, verdict);
    return true;
  });
}

/** What pipelines wait for; once for a change that lasts. */
export async function tellAlert(
  tx: Db,
  { line, version }: Version,
  { from, to, sentence }: { from: number; to: number; sentence: string },
): Promise<void> {
  await emit(tx, { type: 'drift.alert', model: line, reason: sentence });
  const details = { from, to, sentence };
  await record(tx, { actor: 'system', action: 'drift.alert', subject: `model:${line}@${version}`, details });
}

async function judgeAgain(
  { database, now }: AssessDeps,
  of: Version,
  reference: Reference,
  judged: Judged,
  days: readonly DeviceDay[],
  { minimumEffect }: AssessOptions,
): Promise<void> {
  const [known] = await database.db
    .select()
    .from(driftVerdicts)
    .where(
      and(eq(driftVerdicts.line, of.line), eq(driftVerdicts.version, of.version), eq(driftVerdicts.toAt, judged.toAt)),
    );
  // The same period as before, so that findings are the same ones.
  const from = known?.fromAt ?? judged.fromAt;
  const period = await periodOf(database, of, reference, { from, to: judged.toAt }, days);
  const { findings, verdict } = await judgeApart(period, minimumEffect);
  const { line, version } = of;
  await database.transaction(async (tx) => {
    const { alarms } = await keepFindings(tx, { line, version, isAgain: true }, findings, now());
    const isAlarm = known?.alarm === 1 && verdict.alarm;
    const sentence = verdict.alarm && !isAlarm ? `${verdict.sentence}; found too late to alarm` : verdict.sentence;
    await tx
      .update(driftVerdicts)
      .set({ count: verdict.count, alarm: isAlarm ? 1 : 0, sentence })
      .where(and(eq(driftVerdicts.line, line), eq(driftVerdicts.version, version), eq(driftVerdicts.fromAt, from)));
    await tx
      .update(driftJudged)
      .set({ counted: verdict.count, judgedAt: now() })
      .where(
        and(
          eq(driftJudged.line, line),
          eq(driftJudged.version, version),
          eq(driftJudged.family, 'inputs'),
          eq(driftJudged.fromAt, judged.fromAt),
        ),
      );
    const about = { model: line, version, from, to: judged.toAt };
    await emit(tx, { type: 'drift.judged', ...about, alarms: alarms.map(({ id }) => id) });
  });
}
