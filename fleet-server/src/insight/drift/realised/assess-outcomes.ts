import type { Finding, SliceConfusion } from '@plumbline/shared/drift';
import {
  and,
  desc,
  driftJudged,
  driftRefusals,
  driftSequences,
  eq,
  type Database,
  type Db,
} from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { outcomesSince } from '../../../sites/activities/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import { listMatured, type Matured } from '../../telemetry/index.ts';
import { tellAlert, type AssessDeps } from '../assess.ts';
import { endOthers, keepFindings } from '../findings/keep-findings.ts';
import { setAsideOf } from '../judge/set-aside.ts';
import { referenceOf } from '../reference.ts';
import { refuse } from '../take/refuse.ts';
import { countSlices } from './count-outcomes.ts';
import { dayOf, dueCohorts, type Cohort } from './due-cohort.ts';
import { judgeCohort, type Calibrated } from './judge-cohort.ts';
import { WATCHING, watchErrors, type ErrorStates } from './watch-errors.ts';

type Version = { line: string; version: string };
type FairnessState = SliceConfusion[];

const OUTCOMES = ['label', 'concept', 'realised', 'sequence'] as const;
const PAST_MS = 365 * 86_400_000;
/** What was counted of slices since the release, beside the states of the detectors. */
const SLICES = 'slices';

/**
 * Judges a version by outcomes: cohort after cohort by due date, each once. Nothing of a model that answers values, nor
 * where its reference does not say what its scores meant.
 * @returns findings that are alarms
 */
export async function assessOutcomes(deps: AssessDeps, of: Version): Promise<Finding[]> {
  const { database, artifacts, now } = deps;
  const model = await getModel(database.db, of.line, of.version);
  const archive = model.variants[0]?.archive;
  const reference = archive === undefined ? undefined : await referenceOf(artifacts, archive);
  if (reference?.calibration === undefined || reference.scoreEdges !== undefined) return [];
  const releasedAt = model.createdAt;
  const from = (await judgedUpTo(database, of)) ?? dayOf(releasedAt);
  const alarms: Finding[] = [];
  const cohorts = await dueCohorts(database.db, { ...of, releasedAt }, from, now());
  const [first, last] = [cohorts[0], cohorts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const range = { from: first.from - PAST_MS, to: last.to, madeFrom: releasedAt };
  const matured = (await listMatured(database.db, of.line, range)).filter(({ version }) => version === of.version);
  for (const cohort of cohorts) {
    // What was found to be worse is no past, or a loss that lasts would become what is usual.
    const aside = await setAsideOf(database.db, of, ['realised', 'concept'], cohort.from);
    const past = matured.filter(({ dueAt }) => {
      const isBefore = dueAt < cohort.from && dueAt >= cohort.from - PAST_MS;
      return isBefore && !aside.some((one) => one.scope.of === 'fleet' && dueAt >= one.from && dueAt < one.to);
    });
    alarms.push(...(await keepCohort(deps, of, reference as Calibrated, cohort, past)));
  }
  return alarms;
}

async function keepCohort(
  { database, now }: AssessDeps,
  { line, version }: Version,
  reference: Calibrated,
  cohort: Cohort,
  past: readonly Matured[],
): Promise<Finding[]> {
  const { from, to } = cohort;
  return database.transaction(async (tx) => {
    const [mine] = await tx
      .insert(driftJudged)
      .values({
        line,
        version,
        family: 'outcomes',
        fromAt: from,
        toAt: to,
        counted: cohort.matured.length,
        judgedAt: now(),
      })
      .onConflictDoNothing()
      .returning({ toAt: driftJudged.toAt });
    if (mine === undefined) return [];
    const known = await readStates(tx, { line, version });
    const { threshold } = reference.calibration;
    const slices = countSlices(reference, cohort.matured, threshold, known.get(SLICES) as FairnessState | undefined);
    const before = Object.fromEntries(WATCHING.flatMap((name) => (known.has(name) ? [[name, known.get(name)]] : [])));
    const { states, findings } = watchErrors({ line, version }, reference, cohort, before as ErrorStates);
    const all = [...judgeCohort({ line, version }, reference, cohort, slices, past), ...findings];
    const { alarms, fresh } = await keepFindings(tx, { line, version, isAgain: false }, all, now());
    await endOthers(tx, { line, version }, OUTCOMES, alarms);
    for (const [detector, state] of Object.entries({ ...states, [SLICES]: slices })) {
      const row = { state: JSON.stringify(state), upTo: to };
      await tx
        .insert(driftSequences)
        .values({ line, version, detector, ...row })
        .onConflictDoUpdate({
          target: [driftSequences.line, driftSequences.version, driftSequences.detector],
          set: row,
        });
    }
    await emit(tx, { type: 'drift.judged', model: line, version, from, to, alarms: alarms.map(({ id }) => id) });
    const [worst] = fresh.filter(({ kind }) => kind !== 'fairness');
    if (worst !== undefined) await tellAlert(tx, { line, version }, worst);
    return alarms;
  });
}

async function readStates(tx: Db, { line, version }: Version): Promise<Map<string, object>> {
  const rows = await tx
    .select()
    .from(driftSequences)
    .where(and(eq(driftSequences.line, line), eq(driftSequences.version, version)));
  return new Map(rows.map(({ detector, state }) => [detector, JSON.parse(state) as object]));
}

async function judgedUpTo({ db }: Database, { line, version }: Version): Promise<number | undefined> {
  const [last] = await db
    .select({ toAt: driftJudged.toAt })
    .from(driftJudged)
    .where(and(eq(driftJudged.line, line), eq(driftJudged.version, version), eq(driftJudged.family, 'outcomes')))
    .orderBy(desc(driftJudged.toAt))
    .limit(1);
  return last?.toAt;
}

/** Writes down the outcomes that people have said different things of; what was settled since is taken off the list. @param since ms */
export async function noteContradictions(
  { database, now }: Omit<AssessDeps, 'artifacts'>,
  since: number,
): Promise<number> {
  const outcomes = await outcomesSince(database.db, since);
  const contradicted = outcomes.filter((one) => one.contradicted);
  const noted = await database.db
    .select({ id: driftRefusals.id })
    .from(driftRefusals)
    .where(eq(driftRefusals.code, 'label_contradicted'));
  const settled = new Set(outcomes.flatMap((one) => (one.contradicted ? [] : [idOf(one)])));
  const over = noted.filter(({ id }) => settled.has(id));
  if (contradicted.length === 0 && over.length === 0) return 0;
  await database.transaction(async (tx) => {
    for (const { id } of over) await tx.delete(driftRefusals).where(eq(driftRefusals.id, id));
    for (const one of contradicted) {
      const about = { id: idOf(one), device: '', site: one.site, line: '', from: one.saidAt };
      const expected = `one outcome of ${one.activity}`;
      await refuse(tx, about, { code: 'label_contradicted', field: 'outcome.label', expected }, now());
    }
  });
  return contradicted.length;
}

function idOf({ site, activity }: { site: string; activity: string }): string {
  return `label:${site}:${activity}`;
}
