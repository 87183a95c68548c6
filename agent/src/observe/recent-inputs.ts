import { activityRecord, type ActivityRecord } from '@plumbline/shared/manifest';
import type { Outbox } from '../link/outbox/index.ts';
import type { Change, Clock, Store } from '../ports/index.ts';
import type { Predictor } from '../predict/predictor.ts';
import { readAll, stored } from '../store/json.ts';
import { RECENT_INPUTS, recentKey } from '../store/keys.ts';

/**
 * What callers and the schedule really asked of each line, the newest last: on these records a candidate is compared
 * with the model in force. They may hold what is private, and nothing sends them anywhere.
 */
export interface RecentInputs {
  /** Newest first, at most so many. */
  of(line: string, count: number): ActivityRecord[];
  /** Called after a record of this line was kept. @returns takes the listener away */
  listen(line: string, kept: () => void): () => void;
}

export interface RecentInputsDeps {
  store: Store;
  clock: Clock;
  outbox: Pick<Outbox, 'writeSoon'>;
  predictor: Pick<Predictor, 'listen'>;
  /** Records per line. */
  capacity: () => number;
}

export const DEFAULT_RECENT_RECORDS = 200;
/** A whole tensor may stand in one value: what is larger is not kept, and all together is bounded too. */
const MAX_RECORD_BYTES = 65_536;
const MAX_LINE_BYTES = 4 * 2 ** 20;
/** Under load one record a second is sample enough: keeping costs a write, and flash wears. */
const MS_PER_RECORD = 1000;

interface Kept {
  key: string;
  /** What tells records apart; records without the name of an activity cannot be recognised. */
  name: string | undefined;
  record: ActivityRecord;
  sizeBytes: number;
}

interface Ring {
  next: number;
  sizeBytes: number;
  kept: Kept[];
  names: Set<string>;
  /** Records that may be kept at once: as many as the ring takes after a quiet time. */
  allowance: number;
  allowedAt: number;
}

const KEY = /^recent\/([^/]+)\/(\d+)$/;

export async function createRecentInputs(deps: RecentInputsDeps): Promise<RecentInputs> {
  const { store, clock, outbox, capacity } = deps;
  const rings = new Map<string, Ring>();
  const listeners = new Map<string, Set<() => void>>();
  const ringOf = (line: string): Ring => {
    const found = rings.get(line);
    if (found !== undefined) return found;
    const fresh = { next: 0, sizeBytes: 0, kept: [], names: new Set<string>(), allowance: Infinity, allowedAt: 0 };
    rings.set(line, fresh);
    return fresh;
  };

  // One sample less is nothing that anybody was promised.
  const unreadable = (key: string) => outbox.writeSoon({ changes: [{ remove: key }] });
  for (const [key, record] of await readAll(store, RECENT_INPUTS, activityRecord, unreadable)) {
    const [, line, number] = KEY.exec(key) ?? [];
    if (line === undefined) continue;
    const ring = ringOf(line);
    ring.next = Number(number) + 1;
    add(ring, { key, name: nameOf(record), record, sizeBytes: stored(record).length });
  }

  /** Whether one more may be kept now; cheap, for it is asked at every prediction. */
  const isAllowed = (ring: Ring, now: number): boolean => {
    const passedMs = Math.max(0, now - ring.allowedAt);
    ring.allowance = Math.min(capacity(), ring.allowance + passedMs / MS_PER_RECORD);
    ring.allowedAt = now;
    return ring.allowance >= 1;
  };

  const keep = (line: string, ring: Ring, record: ActivityRecord): boolean => {
    const name = nameOf(record);
    if (name !== undefined && ring.names.has(name)) return false;
    const bytes = stored(record);
    if (bytes.length > MAX_RECORD_BYTES) return false;
    ring.allowance -= 1;
    const key = recentKey(line, ring.next);
    ring.next += 1;
    add(ring, { key, name, record: structuredClone(record), sizeBytes: bytes.length });
    outbox.writeSoon({ changes: [{ put: key, value: bytes }, ...trim(ring, capacity())] });
    return true;
  };

  deps.predictor.listen({
    predicted({ line }, records) {
      const ring = ringOf(line);
      if (!isAllowed(ring, clock.now())) return;
      let isChanged = false;
      // Of a long batch the last ones would push out all before them anyway.
      for (const record of records.slice(-capacity())) {
        if (ring.allowance < 1) break;
        isChanged = keep(line, ring, record) || isChanged;
      }
      if (isChanged) for (const tell of listeners.get(line) ?? []) tell();
    },
  });

  return {
    of(line, count) {
      const records = rings.get(line)?.kept.map(({ record }) => record) ?? [];
      return records.toReversed().slice(0, Math.max(0, Math.min(count, capacity())));
    },
    listen(line, kept) {
      const own = listeners.get(line) ?? new Set();
      listeners.set(line, own.add(kept));
      return () => own.delete(kept);
    },
  };
}

function add(ring: Ring, one: Kept): void {
  ring.kept.push(one);
  ring.sizeBytes += one.sizeBytes;
  if (one.name !== undefined) ring.names.add(one.name);
}

/** Takes the oldest ones out until count and bytes are within their bounds. */
function trim(ring: Ring, capacity: number): Change[] {
  let over = Math.max(0, ring.kept.length - capacity);
  let leftBytes = ring.sizeBytes;
  for (const [i, { sizeBytes }] of ring.kept.entries()) {
    if (i >= over && leftBytes <= MAX_LINE_BYTES) break;
    leftBytes -= sizeBytes;
    over = Math.max(over, i + 1);
  }
  ring.sizeBytes = leftBytes;
  return ring.kept.splice(0, over).map(({ key, name }) => {
    if (name !== undefined) ring.names.delete(name);
    return { remove: key };
  });
}

function nameOf({ activity, asOf }: ActivityRecord): string | undefined {
  return activity === undefined ? undefined : `${asOf} ${activity}`;
}
