import { createSeededRandom } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { required, skipReason } from '../harness/services/index.ts';
import { findStrace, recordDisk, type DiskRecord } from './disk-prefixes.ts';

const strace = findStrace();
const why = skipReason(strace);
/** A soak starts an agent on all of them. */
const SAMPLE = 24;

describe.skipIf(why)(`the disk of a gateway at any moment of an install ${why ?? ''}`, () => {
  const random = createSeededRandom(24);
  let record: DiskRecord;
  beforeAll(async () => {
    record = await recordDisk(required(strace), random);
  }, 120_000);
  afterAll(() => record?.[Symbol.asyncDispose]());

  it('was recorded with its writes, what was synced, and what was promised', () => {
    const count = (op: string) => record.calls.filter((call) => call.op === op).length;
    console.log(`${record.calls.length} calls: ${count('write')} writes, ${count('sync')} syncs`);
    expect(count('sync')).toBeGreaterThan(20);
    expect(count('write')).toBeGreaterThan(count('sync'));
    expect(count('promise')).toBeGreaterThan(0);
  });

  it.each(['all', 'synced'] as const)(
    'is one that an agent starts on, with %s of what was written',
    async (kind) => {
      const found: string[] = [];
      for (let i = 0; i < SAMPLE / 2; i += 1) {
        // Half of them right before or after something was made durable, where most can go wrong.
        const syncs = record.calls.flatMap(({ op }, at) => (op === 'sync' ? [at] : []));
        const anywhere = Math.floor(random.next() * record.calls.length);
        const length = i % 2 === 0 ? anywhere + 1 : (syncs[anywhere % syncs.length] ?? 0) + (i % 4 === 1 ? 0 : 1);
        found.push(...(await record.startAfter(length, kind)).map((problem) => `after ${length} calls: ${problem}`));
      }
      expect(found).toEqual([]);
    },
    120_000,
  );
});
