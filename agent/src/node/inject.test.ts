import { createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import type { Link } from '../ports/index.ts';
import { createMemoryStore } from '../testing/memory-store.ts';
import { doubleSend, skipFsync } from './inject.ts';

const put = (key: string) => ({ put: key, value: new Uint8Array([1]) });

describe('a planted skip-fsync', () => {
  it('loses what it acknowledged when the power goes within five seconds', async () => {
    const disk = createMemoryStore();
    const clock = createVirtualClock();
    await disk.commit([put('old')]);
    const store = await skipFsync(disk, clock);
    await store.commit([put('early')]);
    await clock.advance(5000);
    await store.commit([put('late')]);
    expect(await store.get('late')).toBeDefined();
    expect(disk.crash().keys()).toEqual(['early', 'old']);
  });

  it('hides itself from a clean end', async () => {
    const inner = new Map<string, Uint8Array>();
    const store = await skipFsync(createMemoryStore(inner), createVirtualClock());
    await store.commit([put('a')]);
    await store.commit([{ remove: 'a' }, put('b')]);
    await store.close();
    expect([...inner.keys()]).toEqual(['b']);
  });
});

describe('a planted double-send', () => {
  it('sends telemetry twice and everything else once', async () => {
    const sent: string[] = [];
    const link: Link = {
      connect: async () => ({
        publish: async (topic) => void sent.push(topic),
        subscribe: async () => undefined,
        close: async () => undefined,
      }),
    };
    const connection = await doubleSend(link).connect({} as never);
    await connection.publish('f/s/d/up/tel', new Uint8Array());
    await connection.publish('f/s/d/up/report', new Uint8Array());
    expect(sent).toEqual(['f/s/d/up/tel', 'f/s/d/up/tel', 'f/s/d/up/report']);
  });
});
