import { list } from '../../../platform/audit/index.ts';
import { and, assignments, desc, eq, lte, rolloutDevices, rollouts, type ReadDb } from '../../../platform/db/index.ts';
import { listLines } from '../../../sites/devices/index.ts';
import { getModel, versionsOfArchive } from '../../../supply/models/index.ts';
import { listRuns, signersOf, type VersionSigner } from '../../experiments/index.ts';
import type { KeptPrediction } from './find.ts';

/** From the data to the device: each part is absent where nobody knows it. */
export interface Chain {
  dataset?: { name: string; version: string };
  run?: { id: string; experiment: string; actor: string; startedAt: number };
  release?: { line: string; version: string; variant: string; state: string; counter: number; publishedAt?: number };
  signers: VersionSigner[];
  /** Who ordered what of this version, by the audit: `models.submit`, `models.approve`, `models.withdraw` … */
  orders: { actor: string; action: string; at: number }[];
  assignment?: { seq: number; counter: number; issuedAt: number; cause: string };
  rollout?: { id: string; name?: string; stage: number; outcome?: string; outcomeAt?: number };
  /** What the device last said of the line, where it runs these bytes still. */
  report?: { proof?: string; state: string; reportedAt: number };
}

/** dataset → run → signers → rollout → device, of one prediction. */
export async function chainOf(db: ReadDb, kept: KeptPrediction): Promise<Chain> {
  const { sha256, line, at } = kept.row;
  const [found] = (await versionsOfArchive(db, sha256)).filter((one) => one.line === line);
  const made = found === undefined ? {} : await origin(db, found.line, found.version, found.variant);
  const device = kept.madeBy === 'device' ? await delivery(db, kept.device, line, sha256, at) : {};
  return { signers: [], orders: [], ...made, ...device };
}

async function origin(db: ReadDb, line: string, version: string, variant: string): Promise<Partial<Chain>> {
  const { card, counter, publishedAt, state } = await getModel(db, line, version);
  const [run] = (await listRuns(db, { line, version, archived: true, limit: 1 })).runs;
  const dataset = datasetOf(card);
  const { rows } = await list(db, { subject: `model:${line}@${version}` });
  return {
    ...(dataset !== undefined && { dataset }),
    ...(run !== undefined && {
      run: { id: run.id, experiment: run.experiment, actor: run.actor, startedAt: run.startedAt },
    }),
    release: { line, version, variant, state, counter, ...(publishedAt !== null && { publishedAt }) },
    signers: await signersOf(db, line, version),
    orders: rows.map((row) => ({ actor: row.actor, action: row.action, at: row.at })).toReversed(),
  };
}

function datasetOf(card: Record<string, unknown>): Chain['dataset'] | undefined {
  const dataset = card['dataset'] as { name?: unknown; version?: unknown } | undefined;
  if (typeof dataset?.name !== 'string' || typeof dataset.version !== 'string') return undefined;
  return { name: dataset.name, version: dataset.version };
}

/** By the clock of the device it may have been asked before it was ordered: then the oldest order is meant. */
async function delivery(db: ReadDb, device: string, line: string, sha256: string, at: number): Promise<Partial<Chain>> {
  const ofDevice = and(eq(assignments.device, device), eq(assignments.line, line), eq(assignments.sha256, sha256));
  const find = (until: number) =>
    db
      .select()
      .from(assignments)
      .where(and(ofDevice, lte(assignments.issuedAt, until)))
      .orderBy(desc(assignments.seq))
      .limit(1);
  const [assigned] = [...(await find(at)), ...(await find(Number.MAX_SAFE_INTEGER))];
  const [told] = await listLines(db, { line, devices: [device] });
  const isRunning = told?.running?.sha256 === sha256;
  return {
    ...(assigned !== undefined && {
      assignment: {
        seq: assigned.seq,
        counter: assigned.counter,
        issuedAt: assigned.issuedAt,
        cause: assigned.cause,
      },
    }),
    ...(assigned === undefined ? {} : await rolloutOf(db, device, assigned.cause)),
    ...(isRunning && {
      report: {
        state: told.state,
        reportedAt: told.reportedAt,
        ...(told.proof !== undefined && { proof: JSON.stringify(told.proof).replaceAll('"', '') }),
      },
    }),
  };
}

async function rolloutOf(db: ReadDb, device: string, cause: string): Promise<Pick<Chain, 'rollout'>> {
  const [row] = await db
    .select({
      id: rollouts.id,
      name: rollouts.name,
      stage: rolloutDevices.stage,
      outcome: rolloutDevices.outcome,
      outcomeAt: rolloutDevices.outcomeAt,
    })
    .from(rolloutDevices)
    .innerJoin(rollouts, eq(rollouts.id, rolloutDevices.rollout))
    .where(and(eq(rolloutDevices.rollout, cause), eq(rolloutDevices.device, device)));
  if (row === undefined) return {};
  const { id, name, stage, outcome, outcomeAt } = row;
  return {
    rollout: {
      id,
      stage,
      ...(name !== null && { name }),
      ...(outcome !== null && { outcome }),
      ...(outcomeAt !== null && { outcomeAt }),
    },
  };
}
