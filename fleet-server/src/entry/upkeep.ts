import { prunePresence, watchStaleness } from '../sites/devices/index.ts';
import { renewRepository } from '../supply/models/index.ts';
import type { Fleet } from './fleet.ts';

const INTERVAL_MS = 3_600_000;

/**
 * What has to be done again and again, whatever people do: sign what would expire, draft what needs an approver, look
 * for devices that are kept on old metadata. Once an hour by the clock of the server, however often it is asked.
 */
export function createUpkeep(fleet: Pick<Fleet, 'database' | 'desk' | 'versionsInUse' | 'now' | 'log'>): {
  look(): Promise<void>;
} {
  let next = -Infinity;
  return {
    async look() {
      if (fleet.now() < next) return;
      next = fleet.now() + INTERVAL_MS;
      const { signed, drafted } = await renewRepository(fleet);
      if (signed !== 'nothing') fleet.log.info({ signed }, 'metadata signed again');
      for (const { line, document } of drafted) fleet.log.warn({ line, document }, 'renewal awaits an approver');
      await watchStaleness(fleet);
      await prunePresence(fleet);
    },
  };
}
