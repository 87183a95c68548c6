import { codeOf } from '@plumbline/shared/errors';
import { recordTrespass } from '../../sites/devices/index.ts';
import { createAttempts } from '../attempts.ts';
import type { Fleet } from '../fleet.ts';

/** Rows of one device in the audit: the first few, then one a minute. */
const ROWS = { burst: 5, intervalMs: 60_000 };

/**
 * What becomes of a connection that the broker closed: a line of the log, and a row of the audit when it was a device
 * that had been let in and then reached for what is not its own.
 */
export function watchTrespass({ database, now, log }: Pick<Fleet, 'database' | 'now' | 'log'>) {
  const told = createAttempts(now, ROWS);
  return (error: Error, clientId: string | null, connection?: { remoteAddress: string }): void => {
    const from = connection?.remoteAddress ?? '';
    log.info({ reason: error.message, clientId, from }, 'connection closed by the broker');
    if (clientId === null || !/^refused: (publish|subscribe)/.test(error.message) || told.take(clientId) > 0) return;
    recordTrespass(database, { device: clientId, from, reason: error.message }).catch((failure: unknown) =>
      log.error({ code: codeOf(failure), err: failure }, 'a trespass could not be recorded'),
    );
  };
}
