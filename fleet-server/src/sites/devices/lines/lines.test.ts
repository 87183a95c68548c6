import type { DeviceReport, ModelReport } from '@plumbline/shared/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceLines } from '../../../platform/db/index.ts';
import { listLines, recordReport } from '../index.ts';
import { createDeviceWorld, signer, type DeviceWorld } from '../testing/device-world.ts';

const SHA256 = 'ab'.repeat(32);
const WHOLE: ModelReport = {
  model: 'delay',
  state: 'committed',
  slot: 'B',
  running: { sha256: SHA256, version: '1.2.0', counter: 7 },
  target: { sha256: SHA256, counter: 7, assignmentSeq: 12 },
  proof: 'proven',
  detail: '20 records',
  shadow: { records: 50, agreement: 0.98, meanShift: -0.01, maxShift: 0.2, latencyRatio: 1.1 },
  served: { sha256: SHA256, since: 1000, predictions: 400, errors: 3, p95Micros: 812, memoryMb: 96 },
  servedBefore: { sha256: 'cd'.repeat(32), since: 10, predictions: 90_000, errors: 0, p95Micros: 705 },
};

let world: DeviceWorld;
let counter = 0;

beforeEach(async () => {
  world = await createDeviceWorld();
  await world.enrolled('gw-1');
  await world.enrolled('gw-2', signer(3));
});
afterEach(() => world.close());

const report = (device: string, models: ModelReport[], number = (counter += 1)) => {
  const said: DeviceReport = {
    v: 1,
    agent: '0.1.0',
    profile: 'linux-x64-dev',
    nonce: 'first-nonce',
    counter: number,
    at: 0,
    assignmentSeq: 0,
    models,
    outbox: {},
    trust: { root: 1, timestamp: 1, snapshot: 1, targets: 1, stale: false },
  };
  return recordReport(world, device, said);
};
const lines = (devices?: string[]) => listLines(world.database.db, { line: 'delay', ...(devices && { devices }) });

describe('the lines of a device', () => {
  it('say everything a report says of a model, at the time of the server', async () => {
    await world.clock.advance(5000);
    await report('gw-1', [WHOLE]);
    const { model: line, target, ...rest } = WHOLE;
    expect(await lines()).toEqual([
      {
        ...rest,
        device: 'gw-1',
        line,
        target: { seq: 12, sha256: target?.sha256 },
        reason: undefined,
        deferredUntil: undefined,
        reportedAt: world.now(),
      },
    ]);
  });

  it('say nothing of what a report leaves out', async () => {
    await report('gw-1', [{ model: 'delay', state: 'idle' }]);
    const [line] = await lines();
    expect(line).toMatchObject({ device: 'gw-1', state: 'idle' });
    for (const absent of ['target', 'running', 'slot', 'proof', 'shadow', 'served', 'servedBefore'] as const) {
      expect({ [absent]: line?.[absent] }).toEqual({ [absent]: undefined });
    }
  });

  it('are those of the newest report: what it does not name any more is gone', async () => {
    await report('gw-1', [WHOLE, { model: 'cost', state: 'idle' }]);
    await report('gw-1', [{ model: 'delay', state: 'refused', reason: 'self_test_failed' }]);
    expect(await world.database.db.select({ line: deviceLines.line }).from(deviceLines)).toEqual([{ line: 'delay' }]);
    expect((await lines())[0]).toMatchObject({ state: 'refused', reason: 'self_test_failed', running: undefined });
  });

  it('stay as they are when an old report comes again', async () => {
    await report('gw-1', [WHOLE], 1000);
    await expect(report('gw-1', [{ model: 'delay', state: 'idle' }], 999)).rejects.toMatchObject({
      code: 'report_replayed',
    });
    expect((await lines())[0]?.state).toBe('committed');
  });

  it('are kept once when a report names a line twice', async () => {
    await report('gw-1', [WHOLE, { model: 'delay', state: 'idle' }]);
    expect((await lines()).map(({ state }) => state)).toEqual(['idle']);
  });

  it('are listed for the devices that are asked for, however many', async () => {
    await report('gw-1', [WHOLE]);
    await report('gw-2', [WHOLE]);
    expect((await lines()).map(({ device }) => device).toSorted()).toEqual(['gw-1', 'gw-2']);
    const many = Array.from({ length: 1200 }, (_, i) => `gw-${i + 2}`);
    expect((await lines(many)).map(({ device }) => device)).toEqual(['gw-2']);
    expect(await lines([])).toEqual([]);
  });
});
