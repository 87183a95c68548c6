import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Nearby, NearbyBundle } from '../ports/index.ts';
import { assignTo, eventsOf, FIRST_RELEASE, installedDevice, lineOf } from '../testing/installed-device.ts';
import { mintRelease } from '../testing/mint.ts';
import { createTestDevice, type TestDevice } from '../testing/test-device.ts';

const SECOND = await mintRelease({ counter: 2, version: '1.0.1' });
const { sha256 } = FIRST_RELEASE.assigned;

let gateway: TestDevice;
const made: TestDevice[] = [];
beforeEach(async () => {
  gateway = await installedDevice();
  made.push(gateway);
});
afterEach(async () => {
  for (const device of made.splice(0)) await device.agent().stop();
});

const ABSENT = { code: 'not_there', detail: 'gw-1 does not have it' } as const;
const NOBODY = { code: 'no_gateway', detail: 'nobody' } as const;

/** A gateway as its tablets see it, without the network between them. */
const near: Nearby = {
  async bundle(wanted): Promise<NearbyBundle> {
    const held = await gateway.agent().bundle(wanted);
    if (held === 'coming') return { coming: 'gw-1' };
    return held === undefined ? { absent: ABSENT } : { ...held, from: 'gw-1' };
  },
  siteLog: async (from) => gateway.agent().siteLog(from, 2),
};

async function tablet(nearby: Nearby = near): Promise<TestDevice> {
  const device = await createTestDevice({}, gateway.clock.now(), { nearby });
  made.push(device);
  await device.start();
  return device;
}

const blocksOf = (device: TestDevice) => device.agent().state().counters.blocksFetched;

describe('a bundle that a gateway of the site has', () => {
  it('is copied: no block of it is asked of the server', async () => {
    const device = await tablet();
    await assignTo(device, 1, FIRST_RELEASE);
    const papers = await blocksAfter(device);
    expect(lineOf(device)).toMatchObject({ running: { sha256 } });
    expect(eventsOf(device, 'copied_from_nearby')).toMatchObject([{ sha256, from: 'gw-1' }]);
    const alone = await tablet({ ...near, bundle: async () => ({ absent: NOBODY }) });
    await assignTo(alone, 1, FIRST_RELEASE);
    expect(await blocksAfter(alone)).toBeGreaterThan(papers);
    expect(eventsOf(alone, 'not_nearby')).toMatchObject([{ because: 'no_gateway', detail: 'nobody' }]);
  });

  it('is waited for while the gateway fetches it, and the server is asked when it never comes', async () => {
    let asked = 0;
    const device = await tablet({
      ...near,
      async bundle(...of) {
        asked += 1;
        return asked < 4 ? { coming: 'gw-1' } : near.bundle(...of);
      },
    });
    await assignTo(device, 1, FIRST_RELEASE);
    await device.pass(60_000);
    expect(asked).toBe(4);
    expect(eventsOf(device, 'copied_from_nearby')).toHaveLength(1);
    const patient = await tablet({ ...near, bundle: async () => ({ coming: 'gw-1' }) });
    await assignTo(patient, 1, FIRST_RELEASE);
    await patient.pass(25 * 60_000);
    expect(lineOf(patient).state).toBe('fetching');
    await patient.pass(10 * 60_000);
    expect(lineOf(patient)).toMatchObject({ running: { sha256 } });
    expect(eventsOf(patient, 'not_nearby')).toMatchObject([{ because: 'never_came' }]);
  });

  it('is asked for again for a minute where the gateway has not heard of it yet, and no longer', async () => {
    let asked = 0;
    const late = await tablet({
      ...near,
      async bundle(...of) {
        asked += 1;
        return asked < 4 ? { absent: ABSENT } : near.bundle(...of);
      },
    });
    await assignTo(late, 1, FIRST_RELEASE);
    await late.pass(40_000);
    expect(eventsOf(late, 'copied_from_nearby')).toHaveLength(1);
    const never = await tablet({ ...near, bundle: async () => ({ absent: ABSENT }) });
    await assignTo(never, 1, FIRST_RELEASE);
    await never.pass(50_000);
    expect(lineOf(never).state).toBe('fetching');
    await never.pass(30_000);
    expect(lineOf(never)).toMatchObject({ running: { sha256 } });
    expect(eventsOf(never, 'not_nearby')).toMatchObject([{ because: 'not_there' }]);
  });

  it('is not believed: other bytes are refused, and fetched from the server', async () => {
    const device = await tablet({
      ...near,
      bundle: async () => ({ archive: FIRST_RELEASE.archive.with(99, 7), from: 'gw-1' }),
    });
    await assignTo(device, 1, FIRST_RELEASE);
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ running: { sha256 } });
    expect(eventsOf(device, 'not_nearby')).toMatchObject([{ because: 'other_bytes' }]);
  });

  it('is copied while the way out of the site is cut, once the order is there, also after a crash', async () => {
    let has = false;
    const device = await tablet({
      ...near,
      bundle: async (...of) => (has ? near.bundle(...of) : { coming: 'gw-1' }),
    });
    await assignTo(device, 1, FIRST_RELEASE);
    await device.pass(5000);
    expect(lineOf(device).state).toBe('fetching');
    device.broker.setUp(false);
    device.broker.drop();
    await device.crash();
    has = true;
    await device.pass(20_000);
    expect(device.agent().state().connected).toBe(false);
    expect(lineOf(device)).toMatchObject({ running: { sha256 } });
    expect(blocksOf(device)).toBe(0);
  });

  it('is not given out when its slot is not whole, nor what nobody has', async () => {
    expect(await gateway.agent().bundle(sha256)).toEqual({ archive: FIRST_RELEASE.archive });
    expect(await gateway.agent().bundle(SECOND.assigned.sha256)).toBeUndefined();
    await gateway.files().write('slots/delay/A/model.onnx', 0, new Uint8Array([1]));
    expect(await gateway.agent().bundle(sha256)).toBeUndefined();
  });
});

async function blocksAfter(device: TestDevice): Promise<number> {
  await device.pass(5000);
  return blocksOf(device);
}
