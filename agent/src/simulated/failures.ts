import { DriveError } from '@plumbline/shared/testing/world';
import { StoreError } from '../ports/index.ts';

/** A fault of the simulated disk as the ports of the agent name it. */
export function storeErrorOf(cause: unknown): unknown {
  if (!(cause instanceof DriveError)) return cause;
  const code = cause.code === 'drive_full' ? 'store_full' : 'store_unavailable';
  return new StoreError(code, cause.message, { kind: 'unavailable', cause });
}
