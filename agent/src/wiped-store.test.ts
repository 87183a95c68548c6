import { createMemoryCrypto, createSeededRandom } from '@plumbline/shared/testing';
import { certificateSha256, formatEnrolmentCode } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { enrol } from './enrol.ts';
import { StoreError } from './ports/index.ts';
import { readIdentity } from './identity.ts';
import { fetchPath, slotPath } from './store/keys.ts';
import { assignTo, lineOf } from './testing/installed-device.ts';
import { DEFAULT_MODEL, LINE, mintIdentity, mintRelease } from './testing/mint.ts';
import { linearScore } from './testing/linear-inference.ts';
import { createTestDevice, type TestDevice } from './testing/test-device.ts';

const RELEASE = await mintRelease({ counter: 1, version: '1.0.0' });
const OTHER = await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [9, 9], bias: 9 } });
const record = { values: { a: 1, b: 1 }, asOf: Date.UTC(2026, 0, 1) };
const TORN = new StoreError('store_unavailable', 'the store is being wiped', { kind: 'unavailable' });

/** Every other commit of a start and an install; the last ones find a model in service. */
const COMMITS = Array.from({ length: 9 }, (_, i) => 2 * i + 2);

/** A device whose store takes nothing from this commit on, and is empty at the next start. */
async function wipedAt(commit: number): Promise<TestDevice> {
  const device = await createTestDevice();
  device.store().refuseWhen((number) => (number >= commit ? TORN : undefined));
  await device.start().catch(() => undefined);
  await assignTo(device, 1, RELEASE);
  await device.pass(1500);
  await device.loseStore();
  return device;
}

/** As an installer does it with a fresh code: the key of the device was in the store and is another one now. */
async function enrolAgain(device: TestDevice): Promise<void> {
  const { url, cas, rootSha256, enrolledAt, ...answered } = await mintIdentity();
  const [ca = ''] = cas;
  const secrets = { url, token: 'token-of-the-second-code', issuedAt: enrolledAt };
  const ports = { clock: device.clock, crypto: createMemoryCrypto(createSeededRandom(99)), store: device.store() };
  await enrol(ports, {
    code: formatEnrolmentCode({ v: 1, rootSha256, caSha256: certificateSha256(ca), ...secrets }),
    profile: 'test-gateway',
    agentVersion: '0.1.0',
    fetch: async () => Response.json({ ...answered, ca }),
  });
}

async function expectHonestInstall(device: TestDevice): Promise<void> {
  await device.pass(3000);
  const [prediction] = await device.agent().predict([record]);
  expect(prediction).toMatchObject({ version: '1.0.0', sha256: RELEASE.assigned.sha256 });
  expect(prediction?.score).toBeCloseTo(linearScore(DEFAULT_MODEL, [1, 1]), 6);
  await device.pass(3000);
  expect(lineOf(device)).toMatchObject({ state: 'committed', active: 'A' });
}

describe('a store that is wiped in the middle of an install', () => {
  it('costs the enrolment and nothing else, whichever commit was the last', async () => {
    const reached = new Set<string>();
    for (const commit of COMMITS) {
      const device = await wipedAt(commit);
      const left = device.files().paths();
      reached.add(left.map((path) => path.split('/')[0]).join(' '));
      await expect(device.agent().start()).rejects.toMatchObject({ code: 'not_enrolled', kind: 'conflict' });
      await expect(device.agent().predict([record])).rejects.toMatchObject({ code: 'not_running' });
      expect(device.files().paths()).toEqual(left);

      await enrolAgain(device);
      expect(await readIdentity(device.store())).toBeDefined();
      await device.agent().start();
      expect(device.agent().state().lines).toEqual([]);
      expect(device.files().paths()).toEqual([]);
      await expectHonestInstall(device);
      await device.agent().stop();
    }
    // The wipe met the device with nothing, with a part of a payload and with a slot.
    expect([...reached].some((left) => left.includes('fetch'))).toBe(true);
    expect([...reached].some((left) => left.includes('slots'))).toBe(true);
  });

  it.each<[string, string, Uint8Array]>([
    ['half of the payload', fetchPath(RELEASE.assigned.payload.sha256), RELEASE.payload.slice(0, 100)],
    ['the payload with other bytes', fetchPath(RELEASE.assigned.payload.sha256), OTHER.payload],
    ['a payload that nobody will assign again', fetchPath(OTHER.assigned.payload.sha256), OTHER.payload],
    ['half of a model in the slot', `${slotPath(LINE, 'A')}/model.onnx`, OTHER.archive.slice(0, 50)],
    ['a manifest without a model', `${slotPath(LINE, 'B')}/manifest.json`, OTHER.archive.slice(0, 50)],
  ])('leaves %s, which is not believed and does not stay', async (_what, path, bytes) => {
    const device = await createTestDevice();
    await device.loseStore();
    await device.files().write(path, 0, bytes);
    await device.files().sync([path]);
    await enrolAgain(device);
    await device.agent().start();
    expect(device.agent().state().lines).toEqual([]);
    expect(device.files().paths()).toEqual([]);
    await assignTo(device, 1, RELEASE);
    await expectHonestInstall(device);
    await device.agent().stop();
  });

  it('numbers its rows from one again under names that no stream had before, and none is taken for an old one', async () => {
    const device = await createTestDevice();
    await device.start();
    await device.agent().recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ada' });
    await device.pass(2000);
    const before = device.server.streams();
    await device.loseStore();
    await enrolAgain(device);
    await device.agent().start();
    await device.agent().recordEntry({ activity: 'A-2', field: 'outcome', value: { label: 1 }, actor: 'ada' });
    await device.pass(2000);
    const fresh = device.server.streams().filter((name) => !before.includes(name));
    expect(before.length).toBeGreaterThan(0);
    expect(fresh.length).toBeGreaterThan(0);
    expect(device.server.doubled()).toBe(0);
    const told = device.server
      .rows('entries')
      .map(([seq, row]) => [seq, row.kind === 'entry' ? row.entry.activity : row.kind]);
    expect(told).toEqual([
      [1, 'A-1'],
      [1, 'A-2'],
    ]);
    await device.agent().stop();
  });
});
