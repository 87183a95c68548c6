import type { DeviceSettings } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { assignTo, eventsOf, FIRST_RELEASE, installedDevice, lineOf, QUICK } from '../testing/installed-device.ts';
import type { HostFacts } from '../testing/memory-host.ts';
import { mintRelease, reissue } from '../testing/mint.ts';
import type { TestDevice } from '../testing/test-device.ts';

const SECOND = await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [2, 1], bias: 0 } });
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A Monday, 08:00 UTC. */
const MORNING = Date.UTC(2026, 5, 1, 8);

function assignSecond(device: TestDevice, settings: DeviceSettings = QUICK) {
  return assignTo(device, 2, SECOND, { others: [FIRST_RELEASE], settings });
}

const FACTS: [string, Partial<HostFacts>, string][] = [
  ['the disk has no room for twice the install', { freeDiskBytes: 2 * SECOND.archive.length }, 'disk_full'],
  ['memory is short', { freeMemoryBytes: 1_000_000 }, 'memory_low'],
  ['the battery is low', { power: { onBattery: true, percent: 10 } }, 'power_low'],
];

describe('an install that the device has no means for now', () => {
  it.each(FACTS)('waits while %s, before a byte is fetched, and goes on by itself', async (_what, facts, reason) => {
    const device = await installedDevice({}, MORNING);
    const served = device.server.served.length;
    device.host.set(facts);
    await assignSecond(device);
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason, running: { version: '1.0.0' } });
    const [model] = device.server.reports.at(-1)?.models ?? [];
    expect(model).toMatchObject({
      state: 'deferred',
      reason,
      deferredUntil: expect.any(Number),
      running: { counter: 1 },
    });
    expect(device.server.served).toHaveLength(served);
    await device.clock.advance(HOUR_MS);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason });
    // A wait that goes on is told once.
    expect(eventsOf(device, 'update_deferred')).toHaveLength(1);
    device.host.set({ freeDiskBytes: 1e9, freeMemoryBytes: 1e9, power: { onBattery: true, percent: 90 } });
    await device.clock.advance(11 * MINUTE_MS);
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({ state: 'proving', running: { version: '1.0.1' } });
    await device.agent().stop();
  });

  it('waits for nothing that the platform does not tell', async () => {
    const device = await installedDevice({}, MORNING);
    device.host.set({ freeDiskBytes: undefined, freeMemoryBytes: undefined, power: undefined });
    await assignSecond(device);
    await device.pass(3000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    await device.agent().stop();
  });

  it('does not care how full the battery is on mains', async () => {
    const device = await installedDevice({}, MORNING);
    device.host.set({ power: { onBattery: false, percent: 3 } });
    await assignSecond(device);
    await device.pass(3000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    await device.agent().stop();
  });

  it('goes on at once when new settings ask for less', async () => {
    const device = await installedDevice({}, MORNING);
    device.host.set({ power: { onBattery: true, percent: 40 } });
    await assignSecond(device, { ...QUICK, minBatteryPercent: 60 });
    await device.pass(3000);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason: 'power_low' });
    await assignTo(device, 3, SECOND, { others: [FIRST_RELEASE], settings: { ...QUICK, minBatteryPercent: 30 } });
    await device.pass(3000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    await device.agent().stop();
  });

  it('waits when the month of the link has no room for the payload, and downloads nothing of it', async () => {
    const big = await mintRelease({ counter: 2, version: '1.0.1', paddingBytes: 300_000 });
    const device = await installedDevice({ settings: { linkMonthlyBytes: 150_000 } });
    const served = device.server.served.length;
    await assignTo(device, 2, big, { others: [FIRST_RELEASE] });
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason: 'link_budget', running: { version: '1.0.0' } });
    expect(device.server.served).toHaveLength(served);
    expect(lineOf(device).deferredUntil).toBe(Date.UTC(2026, 1, 1));
    await device.agent().stop();
  });
});

describe('the window for installs', () => {
  /** From 20:00 to 05:00 UTC. */
  const NIGHT = { ...QUICK, installFromMinute: 1200, installUntilMinute: 300 };

  it('is waited for, to the minute, and nothing is fetched before', async () => {
    const device = await installedDevice({}, MORNING);
    const served = device.server.served.length;
    await assignSecond(device, NIGHT);
    await device.pass(3000);
    const opensAt = Date.UTC(2026, 5, 1, 20);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason: 'outside_window', deferredUntil: opensAt });
    await device.clock.advance(opensAt - device.clock.now() - MINUTE_MS);
    expect(device.server.served).toHaveLength(served);
    await device.clock.advance(MINUTE_MS);
    await device.pass(3000);
    expect(lineOf(device)).toMatchObject({ state: 'proving', running: { version: '1.0.1' } });
    await device.agent().stop();
  });

  it('stops a fetch that was begun in time, and the rest is fetched in the next one', async () => {
    const big = await mintRelease({ counter: 2, version: '1.0.1', paddingBytes: 200_000 });
    const device = await installedDevice({}, Date.UTC(2026, 5, 1, 4, 59, 50));
    await assignTo(device, 2, big, { others: [FIRST_RELEASE], settings: NIGHT });
    const served = device.server.served.length;
    // The line dies in the middle of the payload and comes back when the window is shut.
    while (device.server.served.length < served + 2) await Promise.resolve();
    device.broker.setUp(false);
    device.broker.drop();
    await device.pass(60_000);
    device.broker.setUp(true);
    await device.pass(60_000);
    const before = device.server.served.length;
    await device.clock.advance(HOUR_MS);
    expect(lineOf(device)).toMatchObject({
      state: 'deferred',
      reason: 'outside_window',
      running: { version: '1.0.0' },
    });
    expect(device.server.served.length).toBe(before);
    await device.clock.advance(15 * HOUR_MS);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    const blocks = Math.ceil(big.payload.length / 65_536);
    expect(device.server.served.length - served).toBeLessThanOrEqual(blocks + 1);
    await device.agent().stop();
  });

  it('guards the activation too', async () => {
    const device = await installedDevice({}, Date.UTC(2026, 5, 1, 4, 59, 50));
    const settings = { ...NIGHT, shadowRecords: 1000, shadowTimeoutMs: HOUR_MS };
    await assignSecond(device, settings);
    await device.pass(5000);
    expect(lineOf(device).state).toBe('shadowing');
    await device.clock.advance(2 * HOUR_MS);
    expect(lineOf(device)).toMatchObject({
      state: 'deferred',
      reason: 'outside_window',
      running: { version: '1.0.0' },
    });
    await device.clock.advance(13 * HOUR_MS + 5 * MINUTE_MS);
    // What was compared before the wait is not compared again: another hour would have to pass.
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    await device.agent().stop();
  });

  it('does not hold up the way back to proven bytes', async () => {
    const device = await installedDevice({}, Date.UTC(2026, 5, 1, 4, 59, 50));
    await assignSecond(device, { ...NIGHT, proveRecords: 1000, proveTimeoutMs: DAY_MS });
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ state: 'proving', running: { version: '1.0.1' } });
    await device.clock.advance(3 * HOUR_MS);
    const served = device.server.served.length;
    const back = reissue(FIRST_RELEASE, 3);
    await assignTo(device, 3, back, { others: [FIRST_RELEASE, SECOND], settings: NIGHT });
    await device.pass(3000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.0', counter: 3 });
    expect(device.server.served).toHaveLength(served);
    expect(eventsOf(device, 'shadow_skipped').at(-1)).toMatchObject({ reason: 'proven_here_before' });
    await device.agent().stop();
  });
});

describe('a person on site who says "not now"', () => {
  it('holds an install back, also across a crash, and is reported by name', async () => {
    const device = await installedDevice({}, MORNING);
    const until = device.clock.now() + 3 * HOUR_MS;
    expect(await device.agent().defer(until, 'ada')).toEqual({ until, actor: 'ada' });
    await assignSecond(device);
    await device.crash();
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason: 'deferred_on_site', deferredUntil: until });
    expect(device.agent().state().deferral).toEqual({ until, actor: 'ada' });
    const [model] = device.server.reports.at(-1)?.models ?? [];
    expect(model).toMatchObject({
      reason: 'deferred_on_site',
      deferredUntil: until,
      detail: expect.stringContaining('ada'),
    });
    await device.clock.advance(3 * HOUR_MS);
    await device.pass(3000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    expect(device.agent().state().deferral).toBeUndefined();
    await device.agent().stop();
  });

  it('takes it back, and the install goes on at once', async () => {
    const device = await installedDevice({}, MORNING);
    await device.agent().defer(device.clock.now() + DAY_MS, 'ada');
    await assignSecond(device);
    await device.pass(3000);
    expect(lineOf(device).reason).toBe('deferred_on_site');
    expect(await device.agent().defer(0, 'ada')).toBeUndefined();
    await device.pass(3000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    await device.agent().stop();
  });

  it('stops a fetch that waits for the network', async () => {
    const device = await installedDevice({}, MORNING);
    await assignSecond(device);
    device.server.tamper(SECOND.assigned.payload.sha256, 'silence');
    await device.pass(1000);
    expect(lineOf(device).state).toBe('fetching');
    await device.agent().defer(device.clock.now() + HOUR_MS, 'ada');
    await device.pass(1000);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason: 'deferred_on_site' });
    await device.agent().stop();
  });

  it('lets predictions go on', async () => {
    const device = await installedDevice({}, MORNING);
    await device.agent().defer(device.clock.now() + DAY_MS, 'ada');
    expect(await device.agent().predict([{ values: { a: 1, b: 1 }, asOf: 0 }])).toHaveLength(1);
    await device.agent().stop();
  });

  it.each([
    ['longer than seven days', 8 * DAY_MS, 'ada', 'until'],
    ['the past', -1, 'ada', 'until'],
    ['no number', Number.NaN, 'ada', 'until'],
    ['no name', HOUR_MS, ' ', 'actor'],
    ['a name without end', HOUR_MS, 'a'.repeat(200), 'actor'],
  ])('is not taken at its word for %s', async (_what, aheadMs, actor, field) => {
    const device = await installedDevice({}, MORNING);
    const until = device.clock.now() + aheadMs;
    await expect(device.agent().defer(until, actor)).rejects.toMatchObject({ code: 'deferral_invalid', field });
    expect(device.agent().state().deferral).toBeUndefined();
    await device.agent().stop();
  });
});
