import type { EventRow } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import { createTestDevice, type TestDevice } from './testing/test-device.ts';
import {
  FLEET,
  ISSUED,
  mintAssignment,
  mintRelease,
  mintRepository,
  mintRoot,
  reissue,
  type Release,
  type Repository,
} from './testing/mint.ts';

const DAY_MS = 86_400_000;
const RUNNING = await mintRelease({ counter: 2, version: '1.0.1' });
const OLD = await mintRelease({ counter: 1 });
const NEW = await mintRelease({ counter: 3, version: '1.0.2', model: { weights: [2, 1], bias: 0 } });
const OTHER_BOARD = await mintRelease({ counter: 3, version: '1.0.2', profiles: ['other-board'] });
const DAY_TWO = await mintRepository({ releases: [OLD, RUNNING], version: 2 });
const DAY_THREE = await mintRepository({ releases: [OLD, RUNNING, NEW], version: 3 });
const QUICK = { settings: { proveRecords: 1, proveTimeoutMs: 60_000 } };
const MAX_STORED_BYTES = 200_000;
const record = { values: { a: 1, b: 1 }, asOf: ISSUED };

/** A device that runs a release of day two, proven. */
async function settled(repository = DAY_TWO): Promise<TestDevice> {
  const device = await createTestDevice();
  await device.start();
  device.server.offer(OLD, RUNNING, NEW, OTHER_BOARD);
  device.server.assign(await mintAssignment(5, [RUNNING], QUICK), repository);
  await device.pass(2000);
  await device.agent().predict([record]);
  await device.pass(2000);
  expect(device.agent().state().lines).toMatchObject([{ state: 'committed', running: { version: '1.0.1' } }]);
  return device;
}

function events({ server }: TestDevice): EventRow[] {
  return server.rows('reports').flatMap(([, row]) => (row.kind === 'event' ? [row] : []));
}

async function storedBytes(device: TestDevice): Promise<number> {
  const values = await Promise.all(
    device
      .store()
      .keys()
      .map((key) => device.store().get(key)),
  );
  const files = await Promise.all(
    device
      .files()
      .paths()
      .map((path) => device.files().read(path)),
  );
  return [...values, ...files].reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
}

/** The old model answers, by the same bytes; disk and network took no harm; the next honest release is installed. */
async function expectUnharmed(device: TestDevice): Promise<void> {
  const { running } = device.agent().state().lines[0] ?? {};
  expect(running).toMatchObject({ sha256: RUNNING.assigned.sha256 });
  expect(await device.agent().predict([record])).toMatchObject([{ version: '1.0.1' }]);
  expect(device.server.served).toEqual([0]);
  expect(await storedBytes(device)).toBeLessThan(MAX_STORED_BYTES);
  const honest = await mintRelease({ counter: 9, version: '1.1.0' });
  device.server.offer(honest);
  const repository = await mintRepository({ releases: [OLD, RUNNING, honest], version: 9 });
  device.server.assign(await mintAssignment(90, [honest], QUICK), repository);
  await device.pass(3000);
  expect(device.agent().state().lines).toMatchObject([{ active: 'B', running: { version: '1.1.0' } }]);
  await device.agent().stop();
}

type Attack = [row: number, what: string, reason: string, mount: () => Promise<[Uint8Array, Repository]>];

const { builder, approver, director, snapshot, timestamp, stranger } = FLEET;
const order = (releases: Release[], change = {}) => mintAssignment(6, releases, change);
const dayThree = (change: object) => mintRepository({ releases: [OLD, RUNNING, NEW], version: 3, ...change });

const ON_THE_WHOLE: Attack[] = [
  [
    2,
    'a timestamp by a stranger',
    'below_threshold',
    async () => [await order([NEW]), await dayThree({ timestamp: { signers: [stranger] } })],
  ],
  [
    2,
    'a root below threshold',
    'below_threshold',
    async () => {
      const roots = [
        await mintRoot(),
        await mintRoot({ version: 2, keys: { root: [FLEET.root, stranger] }, signers: [FLEET.root] }),
      ];
      return [await order([NEW]), await dayThree({ roots })];
    },
  ],
  [
    3,
    'the metadata of yesterday',
    'rollback',
    async () => [await order([NEW]), await mintRepository({ releases: [NEW] })],
  ],
  [
    6,
    'a snapshot without the line',
    'role_missing',
    async () => [await order([NEW]), await dayThree({ snapshot: { signed: { meta: {} } } })],
  ],
  [
    11,
    'an expiry that is no date',
    'document_malformed',
    async () => [await order([NEW]), await dayThree({ timestamp: { signed: { expires: '9999' } } })],
  ],
  [
    12,
    'an assignment for another device',
    'wrong_device',
    async () => [await order([NEW], { device: 'gateway-2' }), DAY_THREE],
  ],
  [12, 'an assignment for another site', 'wrong_site', async () => [await order([NEW], { site: 'site-2' }), DAY_THREE]],
  [13, 'a number that was used', 'rollback', async () => [await order([NEW], { seq: 5 }), DAY_THREE]],
  [13, 'a number that was passed', 'rollback', async () => [await order([NEW], { seq: 4 }), DAY_THREE]],
  [
    18,
    'a root that skips one',
    'fast_forward',
    async () => {
      const third = await mintRoot({ version: 3 });
      return [await order([NEW]), await dayThree({ roots: [await mintRoot(), third, third] })];
    },
  ],
  [
    56,
    'a number at the end of numbers',
    'fast_forward',
    async () => [await order([NEW], { seq: 2 ** 53 - 1 }), DAY_THREE],
  ],
];

const ON_A_MODEL: Attack[] = [
  [
    5,
    'a line of another day than the snapshot',
    'mix_and_match',
    async () => {
      const meta = JSON.parse(new TextDecoder().decode(DAY_THREE.snapshot)) as {
        signed: { meta: Record<string, object> };
      };
      const lied = { ...meta.signed.meta, 'line-delay.json': { ...meta.signed.meta['line-delay.json'], version: 4 } };
      return [await order([NEW]), await dayThree({ snapshot: { signed: { meta: lied } } })];
    },
  ],
  [
    2,
    'a line signed by one key twice',
    'document_malformed',
    async () => [await order([NEW]), await dayThree({ line: { signers: [builder, builder] } })],
  ],
  [14, 'an old release', 'rollback', async () => [await order([OLD]), DAY_THREE]],
  [
    15,
    'bytes that are no release',
    'not_in_release',
    async () => [await order([NEW]), await mintRepository({ releases: [OLD, RUNNING], version: 3 })],
  ],
  [
    16,
    'a release by the builder alone',
    'below_threshold',
    async () => [await order([NEW]), await dayThree({ line: { signers: [builder] } })],
  ],
  [
    17,
    'a release by every online key',
    'below_threshold',
    async () => [await order([NEW]), await dayThree({ line: { signers: [builder, director, snapshot, timestamp] } })],
  ],
  [
    22,
    'a release for another board',
    'not_in_release',
    async () => [
      await order([OTHER_BOARD]),
      await mintRepository({ releases: [OLD, RUNNING, OTHER_BOARD], version: 3 }),
    ],
  ],
];

describe('an agent under attack keeps predicting', () => {
  it.each(ON_THE_WHOLE)('row %i: %s is refused with %s', async (_row, _what, reason, mount) => {
    const device = await settled();
    const [assignment, repository] = await mount();
    for (let replay = 0; replay < 20; replay += 1) {
      device.server.assign(assignment, repository);
      await device.pass(300);
    }
    await device.pass(1000);
    // However often it is sent, it is told once.
    const told = events(device).filter(({ code }) => code === 'assignment_refused');
    expect(told).toMatchObject([{ details: { reason } }]);
    expect(device.server.reports.at(-1)).toMatchObject({ assignmentSeq: 5 });
    device.server.withdrawRootsAfter(1);
    await expectUnharmed(device);
  });

  it.each(ON_A_MODEL)('row %i: %s is declined with %s', async (_row, _what, reason, mount) => {
    const device = await settled();
    device.server.assign(...(await mount()));
    await device.pass(2000);
    const told = events(device).filter(({ code }) => code === 'model_declined');
    expect(told).toMatchObject([{ details: { detail: expect.stringContaining(reason) } }]);
    await expectUnharmed(device);
  });

  it('row 1: flipped bytes are refused, and the payload is forgotten', async () => {
    const device = await settled();
    const bytes = NEW.payload.slice();
    bytes[700] = (bytes[700] ?? 0) ^ 1;
    device.server.offer({ ...NEW, payload: bytes });
    device.server.assign(await order([NEW]), DAY_THREE);
    await device.pass(3000);
    expect(device.server.reports.at(-1)?.models).toMatchObject([{ state: 'refused', reason: 'bad_hash' }]);
    expect(
      device
        .files()
        .paths()
        .filter((path) => path.startsWith('fetch/')),
    ).toEqual([]);
    device.server.served.length = 1;
    await expectUnharmed(device);
  });

  it.each<[number, string, Uint8Array | 'silence']>([
    [8, 'blocks that never end', new Uint8Array(200_000)],
    [9, 'blocks that never come', 'silence'],
  ])(
    'row %i: %s are given up after the window, reported, and leave the disk as it was',
    async (_row, _what, answer) => {
      const device = await settled();
      const before = await storedBytes(device);
      device.server.tamper(NEW.assigned.payload.sha256, answer);
      device.server.assign(await order([NEW]), DAY_THREE);
      await device.clock.advance(15 * 60_000);
      const [line] = device.server.reports.at(-1)?.models ?? [];
      expect(line).toMatchObject({ state: 'deferred', detail: expect.stringContaining('retrieval_slow') });
      expect(await storedBytes(device)).toBeLessThan(before + 10_000);
      await expectUnharmed(device);
    },
  );

  it('row 4: weeks of the same metadata stop installs, never predictions, and are told on both sides', async () => {
    const day = (of: number) => new Date(ISSUED + of * DAY_MS).toISOString().replace('.000Z', 'Z');
    const signedOn = (of: number) => ({ signed: { 'x-plumbline-issued': day(of), expires: day(of + 3) } });
    const frozen = await mintRepository({ releases: [OLD, RUNNING, NEW], version: 2, timestamp: signedOn(0) });
    const device = await settled(frozen);
    await device.clock.advance(21 * DAY_MS);
    device.server.assign(await order([NEW], QUICK), frozen);
    await device.pass(3000);
    expect(events(device).filter(({ code }) => code === 'stale_metadata')).toMatchObject([
      { details: { role: 'timestamp' } },
    ]);
    expect(device.server.reports.at(-1)).toMatchObject({ trust: { stale: true, timestamp: 2 }, assignmentSeq: 5 });
    expect(await device.agent().predict([record])).toMatchObject([{ version: '1.0.1' }]);
    const fresh = await mintRepository({ releases: [OLD, RUNNING, NEW], version: 3, timestamp: signedOn(21) });
    device.server.assign(await order([NEW], QUICK), fresh);
    await device.pass(3000);
    expect(device.agent().state().lines).toMatchObject([{ running: { version: '1.0.2' } }]);
    expect(device.server.reports.at(-1)).toMatchObject({ trust: { stale: false, timestamp: 3 } });
    await device.agent().stop();
  });

  it('row 4: an install that its papers did not outlive goes on when fresh ones come', async () => {
    const day = (of: number) => new Date(ISSUED + of * DAY_MS).toISOString().replace('.000Z', 'Z');
    const signedOn = (of: number) => ({ signed: { 'x-plumbline-issued': day(of), expires: day(of + 3) } });
    const device = await settled(
      await mintRepository({ releases: [OLD, RUNNING], version: 2, timestamp: signedOn(0) }),
    );
    device.server.tamper(NEW.assigned.payload.sha256, 'silence');
    const assignment = await order([NEW], QUICK);
    const releases = [OLD, RUNNING, NEW];
    device.server.assign(assignment, await mintRepository({ releases, version: 3, timestamp: signedOn(0) }));
    await device.clock.advance(4 * DAY_MS);
    expect(device.agent().state().lines).toMatchObject([{ state: 'refused', reason: 'stale_metadata' }]);
    device.server.tamper(NEW.assigned.payload.sha256, NEW.payload);
    device.server.assign(assignment, await mintRepository({ releases, version: 4, timestamp: signedOn(4) }));
    await device.pass(3000);
    expect(device.agent().state().lines).toMatchObject([{ running: { version: '1.0.2' } }]);
    await device.agent().stop();
  });

  it('row 4: an install that newer metadata stopped is not talked round by what was assigned before', async () => {
    const device = await settled();
    device.server.tamper(NEW.assigned.payload.sha256, 'silence');
    const assignment = await order([NEW], QUICK);
    device.server.assign(assignment, DAY_THREE);
    await device.pass(1000);
    expect(device.agent().state().lines).toMatchObject([{ state: 'fetching' }]);
    const line = { signed: { expires: '2025-12-31T00:00:00Z' }, signers: [builder, approver] };
    const expired = await mintRepository({ releases: [OLD, RUNNING, NEW], version: 4, line });
    device.server.assign(assignment, expired);
    await device.pass(30_000);
    expect(device.agent().state().lines).toMatchObject([{ state: 'refused', reason: 'stale_metadata' }]);
    await expectUnharmed(device);
  });

  it('row 13: an old assignment is refused after a crash too', async () => {
    const device = await settled();
    await device.crash();
    device.server.assign(await mintAssignment(4, [OLD]), DAY_THREE);
    await device.pass(2000);
    expect(events(device).at(-1)).toMatchObject({ code: 'assignment_refused', details: { reason: 'rollback' } });
    await expectUnharmed(device);
  });

  it.each([
    ['one generation', ['trust/a']],
    ['the other generation', ['trust/b']],
    ['both generations', ['trust/a', 'trust/b']],
  ])('row 25: %s of trust torn on disk does not brick it', async (_which, keys) => {
    const device = await settled();
    for (const put of keys) {
      const value = (await device.store().get(put)) ?? new Uint8Array();
      await device.store().commit([{ put, value: value.subarray(0, value.length >> 1) }]);
    }
    await device.crash();
    expect(device.agent().state().trust.documents[0]).toMatchObject({ role: 'root', version: 1 });
    await expectUnharmed(device);
  });

  it('row 27: predicts on a clock of 1970, and says that it is suspect', async () => {
    const device = await createTestDevice({}, 0);
    await device.start();
    device.server.offer(RUNNING);
    device.server.assign(await mintAssignment(5, [RUNNING], QUICK), DAY_TWO);
    await device.pass(3000);
    expect(await device.agent().predict([record])).toMatchObject([{ version: '1.0.1' }]);
    await device.pass(3000);
    expect(events(device).filter(({ code }) => code === 'clock_suspect')).toHaveLength(1);
    await device.agent().stop();
  });

  it('row 48: reports carry the nonce of their connection and a counter that rises, so that an old one shows', async () => {
    const device = await settled();
    device.broker.drop();
    await device.pass(5000);
    const { reports } = device.server;
    const nonces = [...new Set(reports.map(({ nonce }) => nonce))];
    expect(nonces).toHaveLength(2);
    for (const nonce of nonces) {
      const counters = reports.filter((one) => one.nonce === nonce).map(({ counter }) => counter);
      expect(counters).toEqual(counters.toSorted((a, b) => a - b));
      expect(new Set(counters).size).toBe(counters.length);
    }
    await device.agent().stop();
  });

  it('row 43: numbers its connections higher with every one, also after crashes, so that a clone shows', async () => {
    const device = await settled();
    for (let crash = 0; crash < 5; crash += 1) {
      device.broker.drop();
      await device.pass(9000);
      await device.crash();
      await device.pass(1000);
    }
    const { sessions } = device.server;
    expect(sessions.length).toBeGreaterThanOrEqual(10);
    expect(sessions.every((session, i) => i === 0 || session > (sessions[i - 1] ?? 0))).toBe(true);
    await device.agent().stop();
  });

  it('goes back by its return ticket while nobody but the director can sign', async () => {
    const ticket = reissue(OLD, 4);
    const repository = await mintRepository({
      releases: [OLD, RUNNING, NEW, ticket],
      version: 2,
      line: { signers: [builder, approver] },
    });
    const device = await settled(repository);
    device.server.assign(await order([ticket], QUICK), repository);
    await device.pass(3000);
    expect(device.agent().state().lines).toMatchObject([{ running: { version: '1.0.0', counter: 4 } }]);
    await device.agent().stop();
  });
});
