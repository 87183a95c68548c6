import { codeOf, messageOf } from '@plumbline/shared/errors';
import { timeFor, type Rollout, type RolloutDeps } from '../read.ts';
import { BATCH, giveBatch, type Given } from './give-batch.ts';
import { sortByTurn, type Turns } from './obstacles.ts';
import { listWaiting, readSituation } from './situation.ts';

/** Batches of one look: the gates are asked again between looks. */
const BATCHES = 20;

export interface GivenOut {
  given: number;
  /** Why nothing can be given out any more: the release was withdrawn. */
  withdrawn?: string;
}

/** Statuses in which members are given the release; of a completed rollout, those who were away. */
const GIVING: readonly string[] = ['running', 'awaiting-approval', 'completed'];

/** Whose turn it is, and why it is not that of the others. */
export async function readTurns(deps: RolloutDeps, rollout: Rollout): Promise<Turns> {
  const { db } = deps.database;
  const waiting = await listWaiting(db, rollout.id);
  if (waiting.length === 0) return { due: [], obstacles: new Map() };
  return sortByTurn(waiting, await readSituation(db, rollout, timeFor(deps, rollout)));
}

/**
 * Gives the release to the members whose turn it is, in batches. Everything is derived from what is stored, so a look
 * that was cut off is taken up by the next one: whoever has a sequence number has been given the release.
 * @param rollout as it was looked at: when somebody has changed it since, nothing is given out
 */
export async function giveOut(deps: RolloutDeps, rollout: Rollout, turns: Turns, batches = BATCHES): Promise<GivenOut> {
  const result: GivenOut = { given: 0 };
  if (!GIVING.includes(rollout.state.status)) return result;
  for (let batch = 0; batch < batches; batch += 1) {
    const devices = turns.due.slice(batch * BATCH, (batch + 1) * BATCH).map(({ device }) => device);
    if (devices.length === 0) break;
    const given = await attempt(deps, rollout, devices);
    if (given === undefined) break;
    if ('withdrawn' in given) return { ...result, withdrawn: given.withdrawn };
    result.given += given.given;
  }
  return result;
}

/** @returns undefined where a person was faster: the rollout is not what it was */
async function attempt(
  deps: RolloutDeps,
  rollout: Rollout,
  devices: string[],
): Promise<Given | { withdrawn: string } | undefined> {
  try {
    return await deps.database.transaction((tx) => giveBatch(tx, deps, rollout, devices));
  } catch (error) {
    if (codeOf(error) === 'model_not_published') return { withdrawn: messageOf(error) };
    if (codeOf(error) === 'fleet_frozen') return undefined;
    throw error;
  }
}
