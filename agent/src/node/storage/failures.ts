import { messageOf } from '@plumbline/shared/errors';
import { StoreError } from '../../ports/index.ts';

const FULL = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'EFBIG']);
const MALFORMED = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB']);

/** What the system says about disk and database, in the words of the port; `where` names the file or folder. */
export function storeFailure(cause: unknown, where: string): StoreError {
  if (cause instanceof StoreError) return cause;
  const system = systemCodeOf(cause);
  if (FULL.has(system)) {
    return new StoreError('store_full', `${where}: no space left (${system})`, { kind: 'unavailable', cause });
  }
  if (MALFORMED.has(system)) {
    return new StoreError('store_malformed', `${where}: not a store of this agent (${system})`, {
      kind: 'internal',
      cause,
    });
  }
  if (system === 'SQLITE_BUSY') {
    return new StoreError('store_unavailable', `${where}: another process is using it`, { kind: 'unavailable', cause });
  }
  return new StoreError('store_unavailable', `${where}: ${messageOf(cause)}`, { kind: 'unavailable', cause });
}

/** `ENOSPC` of a system call; `SQLITE_IOERR` for every extended code of its family. */
function systemCodeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return code.startsWith('SQLITE_') ? code.split('_').slice(0, 2).join('_') : code;
}
