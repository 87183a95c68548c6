import type { DeviceSettings } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../ports/index.ts';
import {
  askFor,
  assignTo,
  eventsOf,
  FIRST_RELEASE,
  installedDevice,
  lineOf,
  QUICK,
} from '../testing/installed-device.ts';
import { mintAssignment, mintRelease, mintRepository } from '../testing/mint.ts';
import { createTestDevice, type TestDevice } from '../testing/test-device.ts';

const TORN = new StoreError('store_unavailable', 'the power goes', { kind: 'unavailable' });
const SECOND = await mintRelease({ counter: 2, version: '1.0.1' });
const record = { values: { a: 1, b: 1 }, asOf: Date.UTC(2026, 0, 1) };

/** Whether the agent said that it has gone, and how. */
interface Gone {
  times: number;
  error: unknown;
  keysErased: number;
}

async function world(make = installedDevice): Promise<{ device: TestDevice; gone: Gone }> {
  const gone: Gone = { times: 0, error: undefined, keysErased: 0 };
  const device = await make({
    onRetired(error) {
      gone.times += 1;
      gone.error = error;
    },
    eraseKey: async () => {
      gone.keysErased += 1;
    },
  });
  return { device, gone };
}

async function order({ server }: TestDevice, seq: number, settings: DeviceSettings): Promise<void> {
  const repository = await mintRepository({ releases: [FIRST_RELEASE, SECOND], version: seq });
  server.assign(await mintAssignment(seq, [FIRST_RELEASE], { settings: { ...QUICK, ...settings } }), repository);
}

/** Coarser steps than `pass`, for times in which little happens. */
async function wait({ clock }: TestDevice, ms: number, stepMs = 1000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) await clock.advance(stepMs);
}

const entriesAt = ({ server }: TestDevice) =>
  server.rows('entries').flatMap(([, row]) => (row.kind === 'entry' ? [row.entry.activity] : []));
const retiredSaid = ({ server }: TestDevice) => [...new Set(server.reports.map(({ retired }) => retired))];

describe('a device that is ordered to leave', () => {
  it('hands over what it holds, says so, and then nothing of it is left', async () => {
    const { device, gone } = await world();
    await device.agent().recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ada' });
    await order(device, 2, { retire: 1 });
    await device.pass(5000);
    expect(gone).toEqual({ times: 1, error: undefined, keysErased: 1 });
    expect(device.store().keys()).toEqual([]);
    expect(device.files().paths()).toEqual([]);
    expect(entriesAt(device)).toEqual(['A-1']);
    expect(retiredSaid(device)).toEqual([undefined, 'draining', 'wiped']);
    // The counts of the open drift window left too.
    expect(device.server.rows('evidence').filter(([, row]) => row.kind === 'window')).not.toEqual([]);
    await expect(device.agent().predict([record])).rejects.toMatchObject({ code: 'not_running' });
    await expect(device.agent().start()).rejects.toMatchObject({ code: 'not_enrolled' });
  });

  it('predicts and takes entries as long as the server has not acknowledged everything', async () => {
    const { device, gone } = await world();
    await order(device, 2, { retire: 1 });
    device.server.acknowledge(false);
    await wait(device, 300_000);
    expect(gone.times).toBe(0);
    expect((await device.agent().predict([record]))[0]).toMatchObject({ version: '1.0.0' });
    await device.agent().recordEntry({ activity: 'A-2', field: 'outcome', value: { label: 0 }, actor: 'ada' });
    await wait(device, 60_000);
    expect(retiredSaid(device)).toEqual([undefined, 'draining']);
    device.server.acknowledge(true);
    device.broker.drop();
    await wait(device, 120_000);
    expect(gone.times).toBe(1);
    expect(entriesAt(device)).toEqual(['A-2']);
    expect(device.server.rows('predictions').length).toBeGreaterThanOrEqual(2);
  });

  it('installs nothing any more', async () => {
    const { device } = await world();
    device.server.acknowledge(false);
    await order(device, 2, { retire: 1 });
    await device.pass(2000);
    const before = device.server.served.length;
    await assignTo(device, 3, SECOND, { others: [FIRST_RELEASE], settings: { ...QUICK, retire: 1 } });
    await wait(device, 120_000);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason: 'retiring' });
    expect(device.server.served.length).toBe(before);
    await askFor(device, 1);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.0' });
  });

  it('stays when the order is taken back before it has handed over, and goes on installing', async () => {
    const { device, gone } = await world();
    device.server.acknowledge(false);
    await order(device, 2, { retire: 1 });
    await device.pass(30_000);
    await assignTo(device, 3, SECOND, { others: [FIRST_RELEASE] });
    device.server.acknowledge(true);
    await wait(device, 60_000);
    await askFor(device, 2);
    await device.pass(5000);
    expect(gone.times).toBe(0);
    expect(device.server.reports.at(-1)?.retired).toBeUndefined();
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
  });

  it('obeys no order that is older than what it obeys, or that another key signed', async () => {
    const { device, gone } = await world();
    await order(device, 5, {});
    await device.pass(2000);
    await order(device, 4, { retire: 1 });
    await wait(device, 60_000);
    expect(eventsOf(device, 'assignment_refused')).toMatchObject([{ reason: 'rollback' }]);
    const { server } = device;
    const bytes = await mintAssignment(6, [FIRST_RELEASE], { settings: { retire: 1 } });
    const forged = new TextEncoder().encode(new TextDecoder().decode(bytes).replace('"seq":6', '"seq":7'));
    server.assign(forged, await mintRepository({ releases: [FIRST_RELEASE, SECOND], version: 6 }));
    await wait(device, 60_000);
    expect(eventsOf(device, 'assignment_refused').at(-1)).toMatchObject({ reason: 'signature_invalid' });
    expect(gone.times).toBe(0);
    expect((await device.agent().predict([record])).length).toBe(1);
  });

  it('goes without a word after an hour when everything was acknowledged and no report gets through', async () => {
    const { device, gone } = await world();
    await order(device, 2, { retire: 1 });
    // The mark that it has handed over is durable; the power goes, and the line is dead afterwards.
    const { keys, refuseWhen } = device.store();
    refuseWhen(() => (keys().includes('retired') ? TORN : undefined));
    await device.pass(5000);
    device.broker.setUp(false);
    await device.crash();
    expect(device.store().keys()).toContain('retired');
    await expect(device.agent().predict([record])).rejects.toMatchObject({ code: 'retiring' });
    await wait(device, 3_700_000, 10_000);
    expect(gone.times).toBe(1);
    expect(device.store().keys()).toEqual([]);
  }, 20_000);
});

describe('the power that goes at any commit of the leaving', () => {
  it('costs no row, and the device is wiped in the end', async () => {
    const outcomes: string[] = [];
    for (let cut = 1; ; cut += 1) {
      const { device, gone } = await world(createTestDevice);
      await device.start();
      await assignTo(device, 1, FIRST_RELEASE);
      await device.pass(1500);
      await askFor(device, 1);
      const first = device.store().commits();
      let wasCut = false;
      await order(device, 2, { retire: 1 });
      device.store().refuseWhen((commit) => {
        if (commit - first < cut) return undefined;
        wasCut = true;
        return TORN;
      });
      const made: string[] = [];
      for (let i = 0; i < 4; i += 1) {
        const activity = `A-${cut}-${i}`;
        const kept = await device
          .agent()
          .recordEntry({ activity, field: 'outcome', value: { label: 1 }, actor: 'ada' })
          .then(
            () => true,
            () => false,
          );
        if (kept) made.push(activity);
        await device.pass(400);
      }
      await device.pass(1000);
      let isOver = gone.times > 0 && gone.error === undefined;
      if (!isOver) {
        await device.crash().catch((error: { code?: string }) => {
          outcomes.push(error.code ?? 'unknown');
          isOver = error.code === 'device_retired';
        });
      }
      for (let waits = isOver ? 30 : 0; gone.times === 0 && waits < 30; waits += 1) await wait(device, 5000);
      expect({ cut, left: device.store().keys() }).toEqual({ cut, left: [] });
      expect(device.files().paths()).toEqual([]);
      expect(entriesAt(device).toSorted()).toEqual(made);
      expect(device.server.doubled()).toBeLessThan(20);
      if (!wasCut) break;
    }
    // One of the cuts fell between the last acknowledgement and the end of the wipe.
    expect(outcomes).toContain('device_retired');
  }, 60_000);
});
