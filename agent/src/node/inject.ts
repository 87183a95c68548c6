import { parseTopic } from '@plumbline/shared/wire';
import type { Clock, Link, Store } from '../ports/index.ts';
import { createMemoryStore } from '../testing/memory-store.ts';

/** Faults that can be planted, so that a demonstration or a test can show that they are found. Development only. */
export const FAULTS = ['skip-fsync', 'double-send'] as const;
export type Fault = (typeof FAULTS)[number];

const WRITTEN_AFTER_MS = 5000;
const EVERYTHING = { from: '', to: '\uffff', limit: Number.MAX_SAFE_INTEGER };

/** Acknowledges commits at once and writes them five seconds later: a kill loses what was promised. */
export async function skipFsync(inner: Store, clock: Clock): Promise<Store> {
  const memory = createMemoryStore(new Map(await inner.scan(EVERYTHING)));
  const late = new Set<() => Promise<void>>();
  return {
    get: memory.get,
    scan: memory.scan,
    async commit(changes) {
      await memory.commit(changes);
      const write = async () => {
        late.delete(write);
        await inner.commit(changes);
      };
      late.add(write);
      clock.after(WRITTEN_AFTER_MS, () => void (late.has(write) && write().catch(() => undefined)));
    },
    async close() {
      for (const write of late) await write();
      await inner.close();
    },
  };
}

/** Sends every batch of telemetry twice: a server that counts twice is found out. */
export function doubleSend(inner: Link): Link {
  return {
    async connect(options) {
      const connection = await inner.connect(options);
      return {
        ...connection,
        async publish(topic, payload, how) {
          await connection.publish(topic, payload, how);
          if (parseTopic(topic)?.channel === 'tel') await connection.publish(topic, payload, how);
        },
      };
    },
  };
}
