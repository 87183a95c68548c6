import { StoreError, type Change, type Store } from '../ports/index.ts';
import type { Drive } from '@plumbline/shared/testing/world';
import { storeErrorOf } from './failures.ts';
import { appendFrame, readFrames, type Frame } from './store-log.ts';

export const STORE_LOG = 'store/log';

/** What of the store's life a checker wants to see. */
export interface StoreWitness {
  /** These changes survive a power cut from now on. */
  committed: (changes: readonly Change[]) => void;
  /** Everything that a start found on the medium. */
  opened: (entries: ReadonlyMap<string, Uint8Array>) => void;
}

/** Store over one log on a simulated disk: a commit is one frame and one fsync, and counts when its fsync came back. */
export async function openStore(drive: Drive, witness: StoreWitness): Promise<Store> {
  const log = (await drive.read(STORE_LOG)) ?? new Uint8Array();
  const entries = new Map<string, Uint8Array>();
  const { frames, endsAt, nextNumber } = readFrames(log);
  for (const changes of frames) for (const change of changes) apply(entries, change);
  witness.opened(entries);
  let end = endsAt;
  let number = nextNumber;
  let keys: string[] | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const sorted = () => (keys ??= [...entries.keys()].toSorted(byCodeUnits));
  const checkOpen = () => {
    if (isClosed) throw new StoreError('store_unavailable', 'the store is closed', { kind: 'unavailable' });
  };

  const commitNow = async (changes: Change[]) => {
    const frame: Frame = { number, changes };
    const bytes = appendFrame(frame);
    try {
      await drive.write(STORE_LOG, end, bytes);
      await drive.sync([STORE_LOG]);
    } catch (cause) {
      throw storeErrorOf(cause);
    }
    end += bytes.length;
    number += 1;
    for (const change of changes) apply(entries, change);
    keys = undefined;
    witness.committed(changes);
  };

  return {
    async get(key) {
      checkOpen();
      await drive.visit(key);
      return entries.get(key)?.slice();
    },
    async scan({ from, to, limit }) {
      checkOpen();
      await drive.visit(from);
      const all = sorted();
      const found: [string, Uint8Array][] = [];
      for (let i = firstAtOrAfter(all, from); i < all.length && found.length < limit; i += 1) {
        const key = all[i] as string;
        if (byCodeUnits(key, to) >= 0) break;
        found.push([key, entries.get(key)?.slice() ?? new Uint8Array()]);
      }
      return found;
    },
    commit(changes) {
      checkOpen();
      // The caller may go on changing what it gave.
      const taken = changes.map((change) => ('put' in change ? { ...change, value: change.value.slice() } : change));
      const result = turn.then(() => commitNow(taken));
      turn = result.catch(() => undefined);
      return result;
    },
    async close() {
      await turn;
      isClosed = true;
    },
  };
}

function apply(entries: Map<string, Uint8Array>, change: Change): void {
  if ('put' in change) entries.set(change.put, change.value);
  else if ('remove' in change) entries.delete(change.remove);
  else {
    for (const key of entries.keys()) {
      if (byCodeUnits(key, change.removeFrom) >= 0 && byCodeUnits(key, change.to) < 0) entries.delete(key);
    }
  }
}

function firstAtOrAfter(keys: readonly string[], wanted: string): number {
  let low = 0;
  for (let high = keys.length; low < high;) {
    const middle = (low + high) >> 1;
    if (byCodeUnits(keys[middle] as string, wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
