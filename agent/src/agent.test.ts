import type { SiteLogEntry } from '@plumbline/shared/activity';
import { createSigner } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { createTestDevice, type TestDevice } from './testing/test-device.ts';
import {
  DEFAULT_MODEL,
  LINE,
  mintAssignment,
  mintRelease,
  mintRepository,
  reissue,
  type Release,
} from './testing/mint.ts';
import { linearScore } from './testing/linear-inference.ts';
import { readIdentity } from './identity.ts';
import { StoreError } from './ports/index.ts';
import { stored } from './store/json.ts';
import { IDENTITY } from './store/keys.ts';

const FIRST = await mintRelease({ counter: 1, version: '1.0.0' });
const SECOND = await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [2, 1], bias: 0 } });
const QUICK = { settings: { proveRecords: 1, proveTimeoutMs: 60_000 } };
/** Right kind of key, nobody knows it. */
const OTHER_BUILDER = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(9) });
const DAY_MS = 86_400_000;

const BROKEN: [string, Release, string][] = [
  [
    'does not load',
    await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [], bias: 0, fault: 'load' } }),
    'model_unloadable',
  ],
  [
    'crashes the trial',
    await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [], bias: 0, fault: 'crash' } }),
    'model_unloadable',
  ],
  [
    'hangs',
    await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [], bias: 0, fault: 'hang' } }),
    'self_test_timeout',
  ],
  [
    'answers NaN',
    await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [], bias: 0, fault: 'nan' } }),
    'model_unloadable',
  ],
  [
    'misses its golden rows',
    await mintRelease({ counter: 2, version: '1.0.1', goldenOffset: 0.01 }),
    'self_test_failed',
  ],
  [
    'was sealed by a stranger',
    await mintRelease({ counter: 2, version: '1.0.1', sealedBy: OTHER_BUILDER }),
    'seal_invalid',
  ],
  [
    'needs more memory than there is',
    await mintRelease({ counter: 2, version: '1.0.1', memoryMb: 100_000 }),
    'does_not_fit',
  ],
];

/** Assigns a release, with everything released so far in the metadata of the line. */
async function assign(
  { server }: TestDevice,
  seq: number,
  release: Release,
  all: Release[] = [release],
  change = QUICK,
): Promise<void> {
  server.offer(...all);
  server.assign(await mintAssignment(seq, [release], change), await mintRepository({ releases: all, version: seq }));
}

async function running(release = FIRST): Promise<TestDevice> {
  const device = await createTestDevice();
  await device.start();
  await assign(device, 1, release);
  await device.pass(2000);
  await device.agent().predict([{ values: { a: 1, b: 1 }, asOf: device.clock.now() }]);
  await device.pass(2000);
  return device;
}

function lineOf(device: TestDevice) {
  const line = device.agent().state().lines[0];
  if (line === undefined) throw new Error('no line');
  return line;
}

function plan(device: TestDevice, activity: string, startInMs = -1): SiteLogEntry {
  const startAt = device.clock.now() + startInMs;
  const value = { startAt, dueAt: startAt + 30 * DAY_MS, values: { a: 1, b: 0 } };
  return { id: `plan-${activity}`, activity, base: null, actor: 'office', at: startAt, field: 'plan', value };
}

const record = { values: { a: 1, b: 1 }, asOf: Date.UTC(2026, 0, 1) };

describe('an agent', () => {
  it('installs what it is assigned, proves it by traffic and reports it by hash', async () => {
    const device = await running();
    expect(lineOf(device)).toMatchObject({ state: 'committed', proof: 'proven', active: 'A' });
    expect(device.server.reports.at(-1)?.models).toMatchObject([
      { state: 'committed', running: { sha256: FIRST.assigned.sha256, version: '1.0.0', counter: 1 } },
    ]);
    const [prediction] = await device.agent().predict([record], { reasons: true });
    expect(prediction?.score).toBeCloseTo(linearScore(DEFAULT_MODEL, [1, 1]), 6);
    expect(prediction?.reasons?.map(({ feature }) => feature)).toEqual(['b', 'a']);
    await device.agent().stop();
  });

  it('installs a deflated payload', async () => {
    const packed = await deflateRaw(FIRST.archive);
    const release = await mintRelease({ pack: { codec: 'deflate', encode: () => packed } });
    expect(packed.length).toBeLessThan(FIRST.archive.length);
    const device = await createTestDevice();
    await device.start();
    await assign(device, 1, release);
    // The platform's own streams do not run on the virtual clock.
    await expect
      .poll(async () => {
        await device.clock.advance(100);
        return device.agent().state().lines[0]?.active;
      })
      .toBe('A');
    await device.agent().stop();
  });

  it('says that nothing was proved when there was no traffic', async () => {
    const device = await createTestDevice();
    await device.start();
    await assign(device, 1, FIRST);
    await device.pass(70_000);
    expect(lineOf(device)).toMatchObject({ state: 'committed', proof: 'unproven: no traffic' });
    await device.agent().stop();
  });

  it('predicts after a start without a network', async () => {
    const device = await running();
    device.broker.setUp(false);
    await device.crash();
    expect(device.agent().state().connected).toBe(false);
    expect(await device.agent().predict([record])).toMatchObject([{ version: '1.0.0' }]);
    await device.agent().stop();
  });

  it('reverts to the release in the other slot without fetching it', async () => {
    const device = await running();
    await assign(device, 2, SECOND, [FIRST, SECOND]);
    await device.pass(2000);
    await device.agent().predict([record]);
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({ state: 'committed', active: 'B', ranCounter: 2 });
    const served = device.server.served.length;
    const back = reissue(FIRST, 3);
    await assign(device, 3, back, [FIRST, SECOND, back]);
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({ state: 'proving', active: 'A', running: { version: '1.0.0', counter: 3 } });
    expect(device.server.served).toHaveLength(served);
    await device.agent().stop();
  });

  it.each(BROKEN)('keeps the old model when the new one %s', async (_what, bad, reason) => {
    const device = await running();
    await assign(device, 2, bad, [FIRST, bad]);
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason, running: { version: '1.0.0' } });
    expect(device.server.reports.at(-1)?.models).toMatchObject([{ state: 'refused', reason, running: { counter: 1 } }]);
    expect(await device.agent().predict([record])).toMatchObject([{ version: '1.0.0' }]);
    await device.agent().stop();
  });

  it('refuses a payload whose bytes were changed on the way', async () => {
    const device = await running();
    const bytes = SECOND.payload.slice();
    bytes[700] = (bytes[700] ?? 0) ^ 1;
    await assign(device, 2, SECOND, [FIRST, { ...SECOND, payload: bytes }]);
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason: 'bad_hash', running: { version: '1.0.0' } });
    expect(
      device
        .files()
        .paths()
        .some((path) => path.startsWith('fetch/')),
    ).toBe(false);
    await device.agent().stop();
  });

  it('rolls back when the new model fails in service', async () => {
    const device = await running();
    const bad = await mintRelease({
      counter: 2,
      version: '1.0.1',
      model: { weights: [1, 1], bias: 0, fault: 'nan-after-warm-up' },
    });
    await assign(device, 2, bad, [FIRST, bad]);
    await device.pass(5000);
    expect(lineOf(device).state).toBe('proving');
    for (let call = 0; call < 3; call += 1) {
      await expect(device.agent().predict([record])).rejects.toMatchObject({ code: 'output_not_finite' });
    }
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({
      state: 'rolled-back',
      reason: 'errors_in_service',
      running: { version: '1.0.0' },
    });
    expect(await device.agent().predict([record])).toMatchObject([{ version: '1.0.0' }]);
    await device.agent().stop();
  });

  it('rolls back after three unclean ends while proving', async () => {
    const device = await running();
    await assign(device, 2, SECOND, [FIRST, SECOND], { settings: { proveRecords: 1000, proveTimeoutMs: DAY_MS } });
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ state: 'proving', running: { version: '1.0.1' } });
    for (let crash = 0; crash < 3; crash += 1) {
      await device.crash();
      await device.pass(1000);
    }
    expect(lineOf(device)).toMatchObject({
      state: 'rolled-back',
      reason: 'unclean_exits',
      running: { version: '1.0.0' },
    });
    await device.agent().stop();
  });

  it('does not hold a clean restart against the model', async () => {
    const device = await running();
    await assign(device, 2, SECOND, [FIRST, SECOND], { settings: { proveRecords: 1000, proveTimeoutMs: DAY_MS } });
    await device.pass(5000);
    for (let restart = 0; restart < 4; restart += 1) {
      await device.agent().stop();
      await device.start();
    }
    expect(lineOf(device)).toMatchObject({ state: 'proving', uncleanStarts: 0 });
    await device.agent().stop();
  });

  it('serves from the other slot when the active one rotted, and fetches its target again', async () => {
    const device = await running();
    await assign(device, 2, SECOND, [FIRST, SECOND]);
    await device.pass(2000);
    await device.agent().predict([record]);
    await device.pass(2000);
    device.broker.setUp(false);
    device.files().damage(`slots/${LINE}/B/model.onnx`, 10);
    await device.crash();
    expect(await device.agent().predict([record])).toMatchObject([{ version: '1.0.0' }]);
    device.broker.setUp(true);
    await device.pass(20_000);
    expect(await device.agent().predict([record])).toMatchObject([{ version: '1.0.1' }]);
    await device.agent().stop();
  });

  it('fetches at most one block twice, wherever it is killed', async () => {
    const big = await mintRelease({ paddingBytes: 200_000 });
    const blocks = Math.ceil(big.payload.length / 65_536);
    const servedAtKill = new Set<number>();
    const assignment = await mintAssignment(1, [big], QUICK);
    const repository = await mintRepository({ releases: [big] });
    for (let turns = 1; turns < 320; turns += 8) {
      const device = await createTestDevice();
      device.server.offer(big);
      await device.start();
      device.server.assign(assignment, repository);
      // Ends the process between two promises, in the middle of one block or another.
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      servedAtKill.add(device.server.served.length);
      await device.crash();
      await device.pass(1000);
      expect(device.agent().state().lines[0]?.active).toBe('A');
      expect(device.server.served.length).toBeLessThanOrEqual(blocks + 1);
      await device.agent().stop();
    }
    expect([...servedAtKill]).toEqual(expect.arrayContaining(Array.from({ length: blocks + 1 }, (_, i) => i)));
  });

  it('waits when the disk is full, and goes on when there is space again', async () => {
    const device = await running();
    device.files().refuse(new StoreError('store_full', 'no space', { kind: 'unavailable' }));
    await assign(device, 2, SECOND, [FIRST, SECOND]);
    await device.pass(5000);
    expect(lineOf(device)).toMatchObject({ state: 'deferred', reason: 'disk_full', running: { version: '1.0.0' } });
    device.files().refuse(undefined);
    await device.pass(700_000);
    expect(lineOf(device)).toMatchObject({ state: 'committed', running: { version: '1.0.1' } });
    await device.agent().stop();
  });

  it('refuses an assignment for another device, and says so', async () => {
    const device = await running();
    const repository = await mintRepository({ releases: [SECOND], version: 2 });
    device.server.assign(await mintAssignment(2, [SECOND], { device: 'gateway-2' }), repository);
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({ state: 'committed', running: { version: '1.0.0' } });
    const events = device.server.rows('reports').map(([, row]) => (row.kind === 'event' ? row : undefined));
    expect(events.at(-1)).toMatchObject({ code: 'assignment_refused', details: { reason: 'wrong_device' } });
    await device.agent().stop();
  });
});

describe('an agent and its site', () => {
  it('predicts every open activity once per model version, with reasons', async () => {
    const device = await running();
    device.server.site([plan(device, 'pour slab'), plan(device, 'later', DAY_MS)]);
    await device.pass(1000);
    expect(
      device
        .agent()
        .activities()
        .find(({ activity }) => activity === 'pour slab')?.predictions,
    ).toMatchObject([{ version: '1.0.0', reasons: [{ feature: 'a' }] }]);
    expect(await device.agent().tick()).toBe(0);
    await assign(device, 2, SECOND, [FIRST, SECOND]);
    await device.pass(2000);
    expect(lineOf(device)).toMatchObject({ state: 'committed', proof: 'proven', running: { version: '1.0.1' } });
    await device.clock.advance(DAY_MS + 120_000);
    expect(
      device.server.rows('predictions').map(([, row]) => row.kind === 'prediction' && [row.activity, row.version]),
    ).toEqual([
      [undefined, '1.0.0'],
      ['pour slab', '1.0.0'],
      ['pour slab', '1.0.1'],
      ['later', '1.0.1'],
    ]);
    await device.agent().stop();
  });

  it('keeps what a person recorded through an outage and a crash, and sends it once', async () => {
    const device = await running();
    device.server.site([plan(device, 'pour slab')]);
    await device.pass(1000);
    device.broker.setUp(false);
    device.broker.drop();
    await device
      .agent()
      .recordEntry({ activity: 'pour slab', field: 'outcome', value: { label: 1 }, actor: 'ada', ref: 'r-1' });
    await device.crash();
    expect(device.agent().activities()).toMatchObject([{ activity: 'pour slab', outcome: { label: 1 } }]);
    device.broker.setUp(true);
    await device.pass(60_000);
    expect(device.server.rows('entries').map(([seq, row]) => [seq, row.ref])).toEqual([[1, 'r-1']]);
    expect(device.agent().state().outbox.entries).toMatchObject({ waiting: 0, lastSeq: 1, acked: 1 });
    await device.agent().stop();
  });

  it('knows zone and gateway of its site as the office said them last, also after a crash', async () => {
    const device = await running();
    expect(device.agent().state().identity.about).toBeUndefined();
    device.server.site([], { zone: 'Europe/Oslo', gateway: 'https://gw.north:8420' });
    await device.pass(1000);
    await device.crash();
    expect(device.agent().state().identity.about).toEqual({ zone: 'Europe/Oslo', gateway: 'https://gw.north:8420' });
    await device.pass(10_000);
    device.server.site([], { zone: 'Europe/Oslo' });
    await device.pass(5000);
    expect(device.agent().state().identity.about).toEqual({ zone: 'Europe/Oslo' });
    await device.agent().stop();
  });

  it('does not keep an entry that the disk refused', async () => {
    const device = await running();
    device.store().refuse(new StoreError('store_full', 'no space', { kind: 'unavailable' }));
    const outcome = { activity: 'pour slab', field: 'outcome', value: { label: 1 }, actor: 'ada' } as const;
    await expect(device.agent().recordEntry(outcome)).rejects.toMatchObject({ code: 'store_full' });
    expect(device.agent().activities()).toEqual([]);
    device.store().refuse(undefined);
    await device.agent().stop();
  });

  it('counts each activity once, and its outcome in the window of its prediction, across crashes', async () => {
    const device = await running();
    device.server.site([plan(device, 'pour slab')]);
    await device.pass(1000);
    const about = { activity: 'pour slab', ...record };
    await device.agent().predict([about]);
    await device.agent().flush();
    await device.crash();
    await device.agent().predict([about]);
    await device.agent().recordEntry({ activity: 'pour slab', field: 'outcome', value: { label: 1 }, actor: 'ada' });
    await device.agent().tick();
    await device.crash();
    await device.agent().tick();
    expect(await device.agent().closeWindows()).toBe(1);
    await device.pass(5000);
    const [row] = device.server.rows('evidence').map(([, one]) => one);
    if (row?.kind !== 'window') throw new Error('no window');
    // One anonymous prediction of the set-up, and the activity.
    expect(row.window.count).toBe(2);
    expect(row.window.matured?.positive.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(row.window).toMatchObject({ from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) });
    expect(await device.agent().closeWindows()).toBe(0);
    await device.agent().stop();
  });

  it('closes a window with its day, and sends what matured later as a further window of it', async () => {
    const device = await running();
    device.server.site([plan(device, 'pour slab')]);
    await device.clock.advance(DAY_MS);
    expect(device.server.rows('evidence')).toHaveLength(1);
    await device.agent().recordEntry({ activity: 'pour slab', field: 'outcome', value: { label: 0 }, actor: 'ada' });
    await device.clock.advance(DAY_MS);
    const windows = device.server.rows('evidence').map(([, row]) => row.kind === 'window' && row.window);
    expect(windows).toMatchObject([
      { from: Date.UTC(2026, 0, 1), count: 2 },
      { from: Date.UTC(2026, 0, 1), count: 0, matured: { negative: expect.arrayContaining([1]) } },
    ]);
    await device.agent().stop();
  });
});

describe('an agent and its link', () => {
  it('renews its certificate when a third of its life is left, and connects with the new one', async () => {
    const issuedAt = Date.UTC(2026, 0, 1);
    const certificate = { pem: 'a newer certificate', issuedAt, notAfter: issuedAt + 300 * DAY_MS };
    const answers = [{ nonce: 'nonce-0123456789' }, { certificate }];
    const secureFetch = () => async () => Response.json(answers.shift() ?? {});
    const device = await createTestDevice({ secureFetch });
    const known = await readIdentity(device.store());
    const old = { pem: 'an old certificate', issuedAt, notAfter: issuedAt + 30 * DAY_MS };
    await device.store().commit([{ put: IDENTITY, value: stored({ ...known, certificate: old }) }]);
    await device.start();
    await device.pass(1000);
    expect(device.broker.connects().at(-1)?.trust).toMatchObject({ certificate: old.pem });
    await device.clock.advance(21 * DAY_MS);
    device.broker.drop();
    await device.pass(10_000);
    expect(device.broker.connects().at(-1)?.trust).toMatchObject({ certificate: certificate.pem });
    await device.agent().stop();
    expect(device.clock.pending()).toBe(0);
  });

  it('is born with a nonce, reports with it, and dies by its will or by its word', async () => {
    const device = await running();
    const [connect] = device.broker.connects();
    expect(connect).toMatchObject({ clientId: 'gateway-1', username: 'site-1/gateway-1' });
    const topic = connect?.will.topic ?? '';
    const birth = device.broker.retained(topic);
    await device.agent().stop();
    expect(device.broker.retained(topic)).not.toEqual(birth);
  });

  it('resends what nobody acknowledged, and the server counts nothing twice', async () => {
    const device = await running();
    device.server.acknowledge(false);
    await device.agent().predict([record]);
    await device.pass(10_000);
    expect(device.server.doubled()).toBeGreaterThan(0);
    device.server.acknowledge(true);
    await device.pass(60_000);
    expect(device.server.rows('predictions').map(([seq]) => seq)).toEqual([1, 2]);
    expect(device.agent().state().outbox.predictions).toMatchObject({ waiting: 0, acked: 2 });
    await device.agent().stop();
  });

  it('comes back after drops within its backoff, and delivers everything', async () => {
    const device = await running();
    for (let drop = 0; drop < 5; drop += 1) {
      device.broker.drop();
      await device.agent().predict([record]);
      await device.pass(3000);
      expect(device.agent().state().connected).toBe(true);
    }
    await device.pass(10_000);
    expect(device.server.rows('predictions').map(([seq]) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    await device.agent().stop();
  });

  it('leaves no timer behind when it stops', async () => {
    const device = await running();
    await device.agent().stop();
    expect(device.clock.pending()).toBe(0);
    expect(device.inference.openSessions()).toBe(0);
  });
});

async function deflateRaw(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
