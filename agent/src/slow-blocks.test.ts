import { blockRequest, decodeMessage, downTopic, encodeFrame, parseTopic } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import { assignTo, FIRST_RELEASE, installedDevice, lineOf } from './testing/installed-device.ts';
import { DEVICE, mintRelease, SITE } from './testing/mint.ts';
import type { TestDevice } from './testing/test-device.ts';

const MINUTE_MS = 60_000;
const DRIP_BYTES_PER_S = 100;
const BIG = await mintRelease({ counter: 2, version: '1.0.1', paddingBytes: 200_000 });
const { sha256 } = BIG.assigned.payload;

/** Blocks of this payload leave the server at 100 B/s, one after the other: the first is whole after eleven minutes. */
function dripBlocks({ broker, server, clock }: TestDevice): { asked: () => number } {
  server.tamper(sha256, 'silence');
  let asked = 0;
  let freeAt = 0;
  broker.onMessage((topic, frame) => {
    if (parseTopic(topic)?.channel !== 'req') return;
    const { ref, offset, length } = decodeMessage(blockRequest, frame);
    if (!('sha256' in ref) || ref.sha256 !== sha256) return;
    asked += 1;
    freeAt = Math.max(freeAt, clock.now()) + (length / DRIP_BYTES_PER_S) * 1000;
    const bytes = BIG.payload.slice(offset, offset + length);
    clock.after(freeAt - clock.now(), () =>
      broker.publish(downTopic(SITE, DEVICE, 'blk'), encodeFrame({ ref, offset, bytes })),
    );
  });
  return { asked: () => asked };
}

describe('row 9: a release whose blocks come at 100 B/s', () => {
  it('holds up nothing else, is reported as slow, and is asked for with patience', async () => {
    const device = await installedDevice();
    const drip = dripBlocks(device);
    await assignTo(device, 2, BIG, { others: [FIRST_RELEASE] });
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({ state: 'fetching' });

    const told = new Set<string>();
    const detail: string[] = [];
    for (let minute = 0; minute < 30; minute += 1) {
      const activity = `activity at minute ${minute}`;
      const [made] = await device.agent().predict([{ activity, values: { a: 1, b: 1 }, asOf: device.clock.now() }]);
      expect(made).toMatchObject({ version: '1.0.0' });
      await device.agent().recordEntry({ activity, field: 'outcome', value: { label: 1 }, actor: 'ada' });
      told.add(activity);
      // Everything of this minute is the server's within a few seconds, and the device knows it.
      await device.pass(5000);
      const { outbox } = device.agent().state();
      expect(Object.values(outbox).map(({ waiting }) => waiting)).toEqual(Object.values(outbox).map(() => 0));
      await device.clock.advance(MINUTE_MS - 5000);
      detail.push(lineOf(device).detail ?? '');
    }

    expect(lineOf(device).running).toMatchObject({ version: '1.0.0' });
    expect(detail.filter((text) => text.includes('retrieval_slow')).length).toBeGreaterThan(0);
    expect(device.server.reports.flatMap(({ models }) => models.map((one) => one.detail ?? ''))).toContainEqual(
      expect.stringContaining('retrieval_slow'),
    );
    const entries = device.server.rows('entries').map(([, row]) => (row.kind === 'entry' ? row.entry.activity : ''));
    expect(entries.toSorted()).toEqual([...told].toSorted());
    const predicted = device.server.rows('predictions').map(([, row]) => ('activity' in row ? row.activity : ''));
    for (const activity of told) expect(predicted).toContain(activity);
    expect(device.server.doubled()).toBe(0);
    // Half an hour: not a storm of questions, and none given up for ever.
    expect(drip.asked()).toBeGreaterThan(1);
    expect(drip.asked()).toBeLessThan(60);
    await device.agent().stop();
  });
});
