import { messageOf } from '@plumbline/shared/errors';
import { StoreError } from '../../ports/index.ts';

/** What the browser says about its storage, in the words of the port; `where` names the database or file. */
export function storeFailure(cause: unknown, where: string): StoreError {
  if (cause instanceof StoreError) return cause;
  const name = nameOf(cause);
  if (name === 'QuotaExceededError') {
    return new StoreError('store_full', `${where}: no space left (${name})`, { kind: 'unavailable', cause });
  }
  return new StoreError('store_unavailable', `${where}: ${name} ${messageOf(cause)}`, { kind: 'unavailable', cause });
}

export function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown';
}
