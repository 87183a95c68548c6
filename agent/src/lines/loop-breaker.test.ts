import { describe, expect, it } from 'vitest';
import {
  askFor,
  assignTo,
  eventsOf,
  FIRST_RELEASE,
  installedDevice,
  lineOf,
  QUICK,
} from '../testing/installed-device.ts';
import type { LinearModel } from '../testing/linear-inference.ts';
import { DEFAULT_MODEL, mintRelease, reissue, type Release } from '../testing/mint.ts';
import type { TestDevice } from '../testing/test-device.ts';

const DAY_MS = 86_400_000;

function bad(fault: NonNullable<LinearModel['fault']>): Promise<Release> {
  return mintRelease({ counter: 2, version: '1.0.1', model: { ...DEFAULT_MODEL, fault } });
}

/** The same bytes under one counter after the other, as a server that learns nothing would assign them. */
async function assignAgain(device: TestDevice, release: Release, counter: number, settings = QUICK): Promise<void> {
  const again = reissue(release, counter);
  await assignTo(device, counter, again, { others: [FIRST_RELEASE], settings });
  await device.pass(3000);
}

describe('bytes that bring a device down', () => {
  it.each(['crash', 'hang', 'load'] as const)('are given up after three trials that end in a %s', async (fault) => {
    const device = await installedDevice();
    const release = await bad(fault);
    for (let counter = 2; counter <= 4; counter += 1) {
      await assignAgain(device, release, counter);
      expect(lineOf(device).state).toBe('refused');
      expect(lineOf(device).reason).not.toBe('given_up');
    }
    const served = device.server.served.length;
    await assignAgain(device, release, 5);
    await device.crash();
    await assignAgain(device, release, 6);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason: 'given_up', running: { version: '1.0.0' } });
    expect(device.server.reports.at(-1)?.models).toMatchObject([{ reason: 'given_up', running: { counter: 1 } }]);
    expect(device.server.served).toHaveLength(served);
    expect(await device.agent().predict([{ values: { a: 1, b: 1 }, asOf: 0 }])).toMatchObject([{ version: '1.0.0' }]);
    await device.agent().stop();
  });

  it('are not tried again under a mere new assignment', async () => {
    const device = await installedDevice();
    const release = await bad('crash');
    await assignAgain(device, release, 2);
    await assignTo(device, 3, release, { others: [FIRST_RELEASE] });
    await device.pass(3000);
    expect(eventsOf(device, 'update_refused')).toHaveLength(1);
    await device.agent().stop();
  });

  it('are given up after three rollbacks, each for unclean exits', async () => {
    const device = await installedDevice();
    const release = await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [2, 1], bias: 0 } });
    const settings = { proveRecords: 1000, proveTimeoutMs: DAY_MS };
    for (let counter = 2; counter <= 4; counter += 1) {
      await assignAgain(device, release, counter, settings);
      for (let crash = 0; crash < 3; crash += 1) {
        await device.crash();
        await device.pass(1000);
      }
      expect(lineOf(device)).toMatchObject({ state: 'rolled-back', reason: 'unclean_exits' });
    }
    await assignAgain(device, release, 5, settings);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason: 'given_up', running: { version: '1.0.0' } });
    await device.agent().stop();
  });

  it('are refused when they take the whole device down in their test', async () => {
    const device = await installedDevice();
    const release = await mintRelease({ counter: 2, version: '1.0.1', model: { ...DEFAULT_MODEL, bias: 1 } });
    await assignTo(device, 2, release, { others: [FIRST_RELEASE] });
    while (lineOf(device).state !== 'self-testing') await Promise.resolve();
    // Every start ends in the same test.
    for (let start = 1; start < 3; start += 1) {
      await device.crash();
      expect(lineOf(device)).toMatchObject({ state: 'self-testing', uncleanStarts: start });
    }
    await device.crash();
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason: 'unclean_exits', running: { version: '1.0.0' } });
    await device.agent().stop();
  });

  it('are forgiven once they were committed', async () => {
    const device = await installedDevice();
    const release = await mintRelease({ counter: 2, version: '1.0.1', model: { ...DEFAULT_MODEL, bias: 1 } });
    const settings = { proveRecords: 1000, proveTimeoutMs: DAY_MS };
    for (let counter = 2; counter <= 3; counter += 1) {
      await assignAgain(device, release, counter, settings);
      for (let crash = 0; crash < 3; crash += 1) await device.crash();
      await device.pass(1000);
      expect(lineOf(device).state).toBe('rolled-back');
    }
    expect(lineOf(device).strikes).toEqual([{ sha256: release.assigned.sha256, count: 2 }]);
    await assignAgain(device, release, 4);
    await askFor(device, 1);
    await device.pass(1000);
    expect(lineOf(device)).toMatchObject({ state: 'committed', running: { version: '1.0.1' } });
    expect(lineOf(device)).not.toHaveProperty('strikes');
    await device.agent().stop();
  });
});

describe('a payload that comes damaged', () => {
  it('is fetched again, and installed when it comes whole', async () => {
    const device = await installedDevice();
    const release = await mintRelease({ counter: 2, version: '1.0.1', model: { ...DEFAULT_MODEL, bias: 1 } });
    await assignTo(device, 2, release, { others: [FIRST_RELEASE] });
    device.server.offer({ ...release, payload: flipped(release.payload) });
    while (eventsOf(device, 'payload_damaged').length < 2) await device.pass(100);
    device.server.offer(release);
    await device.pass(3000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    await device.agent().stop();
  });

  it('is fetched three times and no more for one order, however often that is signed anew, and again for another', async () => {
    const device = await installedDevice();
    const release = await mintRelease({ counter: 2, version: '1.0.1', model: { ...DEFAULT_MODEL, bias: 1 } });
    const broken = { ...release, payload: flipped(release.payload) };
    const served = device.server.served.length;
    const blocks = Math.ceil(release.payload.length / 65_536);
    await assignAgain(device, broken, 2);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason: 'bad_hash', running: { version: '1.0.0' } });
    await assignTo(device, 9, release, { others: [FIRST_RELEASE] });
    await device.crash();
    await device.pass(3000);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason: 'bad_hash' });
    expect(device.server.served.length - served).toBe(3 * blocks);
    expect(
      device
        .files()
        .paths()
        .filter((path) => path.startsWith('fetch/')),
    ).toEqual([]);
    device.server.offer(release);
    await assignAgain(device, release, 10);
    await device.pass(3000);
    expect(lineOf(device)).toMatchObject({ running: { version: '1.0.1' } });
    await device.agent().stop();
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[700] = (copy[700] ?? 0) ^ 1;
  return copy;
}
