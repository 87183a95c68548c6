import { removeOldAlerts } from '../insight/alerts/index.ts';
import { removeOldDrift } from '../insight/drift/index.ts';
import { removeOldAnswers } from './kept-answers/index.ts';
import { removeOldRuns } from '../learning/pipelines/index.ts';
import { openTurns } from '../learning/retraining/index.ts';
import { removeOldResults } from '../learning/scoring/index.ts';
import { record } from '../platform/audit/index.ts';
import { prunePresence, watchStaleness } from '../sites/devices/index.ts';
import { renewRepository } from '../supply/models/index.ts';
import type { Fleet } from './fleet.ts';
import { DEFAULT_RETENTION, type Retention } from './retention.ts';

const INTERVAL_MS = 3_600_000;
const DAY_MS = 24 * INTERVAL_MS;

/**
 * What has to be done again and again, whatever people do: sign what would expire, draft what needs an approver, look
 * for devices that are kept on old metadata, remove what nobody needs any more. Once an hour by the clock of the server,
 * however often it is asked.
 */
export function createUpkeep(
  fleet: Pick<Fleet, 'database' | 'desk' | 'versionsInUse' | 'now' | 'log'>,
  retention: Retention = DEFAULT_RETENTION,
): {
  look(): Promise<void>;
} {
  let next = -Infinity;
  return {
    async look() {
      if (fleet.now() < next) return;
      next = fleet.now() + INTERVAL_MS;
      // Before anything is signed: a device is behind what was in force until now.
      await watchStaleness(fleet);
      const { signed, drafted } = await renewRepository(fleet);
      if (signed !== 'nothing') fleet.log.info({ signed }, 'metadata signed again');
      for (const { line, document } of drafted) fleet.log.warn({ line, document }, 'renewal awaits an approver');
      await prunePresence(fleet);
      await cleanUp(fleet, retention);
    },
  };
}

/** All of it in one transaction, with one audit row where there was something to remove. */
export async function cleanUp(
  { database, now }: Pick<Fleet, 'database' | 'now'>,
  retention: Retention,
): Promise<{ pipelineRuns: number; batchRuns: number; drift: number; alerts: number }> {
  return database.transaction(async (tx) => {
    const pipelineRuns = await removeOldRuns(tx, retention.pipelineRuns);
    const batchRuns = await removeOldResults(tx, now() - retention.batchDays * DAY_MS);
    const before = now() - retention.driftDays * DAY_MS;
    const needed = (await openTurns(tx)).flatMap(({ findings }) => findings);
    const drift = await removeOldDrift(tx, before, needed);
    const alerts = await removeOldAlerts(tx, before);
    await removeOldAnswers(tx, now());
    const gone = { pipelineRuns, batchRuns, drift, alerts };
    if (pipelineRuns + batchRuns + drift + alerts > 0) {
      const details = { ...gone, retention: { ...retention } };
      await record(tx, { actor: 'system', action: 'upkeep.clean-up', subject: 'server', details });
    }
    return gone;
  });
}
