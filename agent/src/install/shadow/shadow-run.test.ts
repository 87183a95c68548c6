import type { DeviceSettings } from '@plumbline/shared/trust';
import { exampleRow } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import {
  askFor,
  assignTo,
  eventsOf,
  FIRST_RELEASE,
  installedDevice,
  lineOf,
  QUICK,
} from '../../testing/installed-device.ts';
import type { LinearModel } from '../../testing/linear-inference.ts';
import { DEFAULT_MODEL, LINE, mintRelease, reissue } from '../../testing/mint.ts';
import { createTestDevice, type TestDevice } from '../../testing/test-device.ts';

const HOUR_MS = 3_600_000;
/** As good as the model in force, on every record. */
const SAME: LinearModel = { ...DEFAULT_MODEL, bias: DEFAULT_MODEL.bias + 0.01 };
/** Says the contrary of the model in force. */
const CONTRARY: LinearModel = { weights: DEFAULT_MODEL.weights.map((weight) => -weight), bias: -DEFAULT_MODEL.bias };
/** Decides alike, and calls everything riskier. */
const HIGHER: LinearModel = { ...DEFAULT_MODEL, bias: DEFAULT_MODEL.bias + 2 };

function candidate(model: LinearModel, more: { goldenOffset?: number } = {}) {
  return mintRelease({ counter: 2, version: '1.0.1', model, ...more });
}

async function assign(device: TestDevice, model: LinearModel, settings: DeviceSettings = {}) {
  const release = await candidate(model);
  await assignTo(device, 2, release, { others: [FIRST_RELEASE], settings: { ...QUICK, ...settings } });
  await device.pass(4000);
  return release;
}

describe('a shadow run', () => {
  it('compares both models on the records this site asked, at once, and reports the numbers', async () => {
    const device = await installedDevice();
    await askFor(device, 60);
    const release = await assign(device, SAME);
    expect(lineOf(device)).toMatchObject({ state: 'proving', running: { version: '1.0.1' } });
    const [model] = device.server.reports.at(-1)?.models ?? [];
    expect(model?.target?.sha256).toBe(release.assigned.sha256);
    // One record more: the one by which the first release was proven.
    expect(model?.shadow).toMatchObject({ records: 61, agreement: 1 });
    expect(model?.shadow?.meanShift).toBeGreaterThan(0);
    expect(model?.shadow?.maxShift).toBeLessThan(0.01);
    expect(model?.shadow).not.toHaveProperty('latencyRatio');
    expect(eventsOf(device, 'shadow_compared')).toMatchObject([{ line: LINE, records: 61, skipped: 0, unanswered: 0 }]);
    await device.agent().stop();
  });

  it('makes no telemetry: no row, no window, no count of a prediction', async () => {
    const device = await installedDevice();
    await askFor(device, 60);
    await device.pass(2000);
    const [rows, made] = [device.server.rows('predictions').length, device.agent().state().counters.predictions];
    await assign(device, SAME);
    expect(device.server.rows('predictions')).toHaveLength(rows);
    expect(device.agent().state().counters.predictions).toBe(made);
    await device.agent().stop();
  });

  it('says no to nobody by default, however much a retrained model disagrees', async () => {
    const device = await installedDevice();
    await askFor(device, 60);
    await assign(device, CONTRARY);
    expect(lineOf(device)).toMatchObject({ state: 'proving', running: { version: '1.0.1' } });
    expect(device.server.reports.at(-1)?.models[0]?.shadow?.agreement).toBeLessThan(0.2);
    await device.agent().stop();
  });

  it('keeps the records on which both models disagree, the farthest apart first, and of those on which they agree none', async () => {
    const device = await installedDevice();
    await askFor(device, 30);
    const examples = () =>
      device.server.rows('evidence').flatMap(([, row]) => {
        const example = exampleRow.safeParse(row);
        return example.success && example.data.why === 'disagrees' ? [example.data] : [];
      });
    await assign(device, SAME);
    await device.pass(HOUR_MS);
    expect(examples()).toEqual([]);
    const contrary = await mintRelease({ counter: 3, version: '1.0.2', model: CONTRARY });
    await assignTo(device, 3, contrary, { others: [FIRST_RELEASE], settings: QUICK });
    await device.pass(HOUR_MS);
    const apart = examples().map(({ score, candidate: next = 0 }) => Math.abs(score - next));
    expect(apart.length).toBeGreaterThan(10);
    expect(apart).toEqual(apart.toSorted((a, b) => b - a));
    await device.agent().stop();
  });

  it.each<[string, LinearModel, DeviceSettings, string]>([
    ['disagrees more than it may', CONTRARY, { shadowAgreementPermille: 900 }, 'shadow_disagrees'],
    ['shifts the scores more than it may', HIGHER, { shadowShiftPermille: 50 }, 'shadow_shifted'],
    [
      'is slower than it may be',
      { ...SAME, cost: { runMsPerRecord: 3, peakMb: 20 } },
      { shadowLatencyPercent: 200 },
      'shadow_slower',
    ],
    [
      'is larger than it may be',
      { ...SAME, cost: { runMsPerRecord: 1, peakMb: 90 } },
      { shadowMemoryPercent: 300 },
      'shadow_larger',
    ],
  ])('refuses a candidate that %s; the model in force stays', async (_what, model, settings, reason) => {
    const costly = await mintRelease({ model: { ...DEFAULT_MODEL, cost: { runMsPerRecord: 1, peakMb: 20 } } });
    const device = await createTestDevice();
    await device.start();
    await assignTo(device, 1, costly);
    await device.pass(2000);
    await askFor(device, 60);
    const release = await candidate(model);
    await assignTo(device, 2, release, { others: [costly], settings: { ...QUICK, ...settings } });
    await device.pass(4000);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason, running: { version: '1.0.0' } });
    const [report] = device.server.reports.at(-1)?.models ?? [];
    expect(report).toMatchObject({ state: 'refused', reason, shadow: { records: 60 }, running: { counter: 1 } });
    await device.agent().stop();
  });

  it.each<[string, LinearModel, string]>([
    ['crashes on them', { ...SAME, fault: 'crash-on-many' }, 'model_unloadable'],
    ['answers some with no number', { ...SAME, fault: 'nan-above-ten' }, 'self_test_failed'],
  ])('refuses a candidate that passed its test and %s, without any threshold', async (_what, model, reason) => {
    const device = await installedDevice();
    await askFor(device, 30);
    for (const a of [20, 30]) {
      await device.agent().predict([{ activity: `large ${a}`, values: { a, b: 1 }, asOf: 0 }]);
      await device.clock.advance(2000);
    }
    await assign(device, model);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason, running: { version: '1.0.0' } });
    expect(lineOf(device).detail).toMatch(/^shadow run/);
    expect(await device.agent().predict([{ values: { a: 1, b: 1 }, asOf: 0 }])).toMatchObject([{ version: '1.0.0' }]);
    await device.agent().stop();
  });

  it('counts records that a candidate cannot take, and compares the others', async () => {
    const device = await installedDevice();
    await askFor(device, 30);
    // Planned by people and never asked: no model can place a word where a number belongs.
    const startAt = device.clock.now() - 1000;
    const value = { startAt, dueAt: startAt + HOUR_MS, values: { a: 'high', b: 0 } };
    device.server.site([
      { id: 'plan-odd', activity: 'odd', base: null, actor: 'office', at: startAt, field: 'plan', value },
    ]);
    await device.pass(1000);
    await assign(device, SAME);
    expect(lineOf(device)).toMatchObject({ state: 'proving', running: { version: '1.0.1' } });
    expect(eventsOf(device, 'shadow_compared')).toMatchObject([{ records: 31, skipped: 1 }]);
    await device.agent().stop();
  });

  it('waits for real records when it is told to, and decides as soon as there are enough', async () => {
    const device = await installedDevice();
    await assign(device, CONTRARY, { shadowRecords: 40, shadowTimeoutMs: HOUR_MS, shadowAgreementPermille: 900 });
    await askFor(device, 38);
    expect(lineOf(device).state).toBe('shadowing');
    await askFor(device, 2, 38);
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({
      state: 'refused',
      reason: 'shadow_disagrees',
      running: { version: '1.0.0' },
    });
    expect(eventsOf(device, 'shadow_compared')).toMatchObject([{ records: 40 }]);
    await device.agent().stop();
  });

  it('ends its wait in time, counted across restarts, with the records there are', async () => {
    const device = await installedDevice();
    await assign(device, SAME, { shadowRecords: 500, shadowTimeoutMs: HOUR_MS });
    await device.clock.advance(HOUR_MS / 2);
    await device.agent().stop();
    await device.start();
    expect(lineOf(device).state).toBe('shadowing');
    await device.clock.advance(HOUR_MS / 2);
    await device.pass(2000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    expect(eventsOf(device, 'shadow_compared')).toMatchObject([{ records: 1 }]);
    await device.agent().stop();
  });

  it('goes on with nothing to compare, and says so: the proof is what stays open', async () => {
    const device = await createTestDevice();
    await device.start();
    await assignTo(device, 1, FIRST_RELEASE);
    await device.pass(70_000);
    await assign(device, SAME);
    await device.pass(70_000);
    expect(lineOf(device)).toMatchObject({ state: 'committed', proof: 'unproven: no traffic' });
    expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
    expect(device.server.reports.at(-1)?.models[0]).not.toHaveProperty('shadow');
    expect(eventsOf(device, 'shadow_skipped')).toMatchObject([{ reason: 'first_install' }, { reason: 'no_records' }]);
    await device.agent().stop();
  });

  it('is spared to bytes that were proven here before', async () => {
    const device = await installedDevice();
    await assign(device, SAME);
    await askFor(device, 1);
    await device.pass(1000);
    const back = reissue(FIRST_RELEASE, 3);
    await assignTo(device, 3, back, { others: [FIRST_RELEASE, await candidate(SAME)] });
    await device.pass(3000);
    expect(lineOf(device).running).toMatchObject({ version: '1.0.0', counter: 3 });
    expect(eventsOf(device, 'shadow_skipped').at(-1)).toMatchObject({ reason: 'proven_here_before' });
    await device.agent().stop();
  });

  it('needs no network, and neither does any step after the download', async () => {
    const device = await installedDevice();
    await askFor(device, 60);
    const release = await candidate(SAME);
    const blocks = Math.ceil(release.payload.length / 65_536);
    const served = device.server.served.length;
    await assignTo(device, 2, release, { others: [FIRST_RELEASE] });
    while (device.server.served.length < served + blocks) await Promise.resolve();
    // The last block is on its way; the line dies behind it.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    device.broker.setUp(false);
    device.broker.drop();
    await device.pass(5000);
    expect(device.agent().state().connected).toBe(false);
    await askFor(device, 1);
    await device.pass(1000);
    expect(lineOf(device)).toMatchObject({ state: 'committed', proof: 'proven', running: { version: '1.0.1' } });
    const reports = device.server.reports.length;
    device.broker.setUp(true);
    await device.pass(20_000);
    expect(device.server.reports.length).toBeGreaterThan(reports);
    expect(device.server.reports[reports]?.models).toMatchObject([
      { state: 'committed', proof: 'proven', running: { version: '1.0.1' }, shadow: { agreement: 1 } },
    ]);
    await device.agent().stop();
  });
});
