import { describe, expect, it } from 'vitest';
import { mintAssignment, mintRelease, mintRepository, type Release } from './testing/mint.ts';
import { createTestDevice, type TestDevice } from './testing/test-device.ts';

const FIRST = await mintRelease({ counter: 1, version: '1.0.0' });
const SECOND = await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [2, 1], bias: 0 } });
const QUICK = { settings: { proveRecords: 1, proveTimeoutMs: 60_000 } };

async function assign({ server }: TestDevice, seq: number, release: Release): Promise<void> {
  const all = [FIRST, SECOND];
  server.offer(...all);
  server.assign(await mintAssignment(seq, [release], QUICK), await mintRepository({ releases: all, version: seq }));
}

async function predict(device: TestDevice, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await device.agent().predict([{ values: { a: 1, b: 1 }, asOf: device.clock.now() }]);
  }
  await device.pass(2000);
}

const reported = (device: TestDevice) => device.server.reports.at(-1)?.models[0];

describe('the report of a device', () => {
  it('says what the model that runs did in service, and the one before it, across a crash', async () => {
    const device = await createTestDevice();
    await device.start();
    await assign(device, 1, FIRST);
    await device.pass(2000);
    expect(reported(device)).not.toHaveProperty('served');
    await predict(device, 30);
    expect(reported(device)).toMatchObject({ state: 'committed', served: { sha256: FIRST.assigned.sha256 } });

    await assign(device, 2, SECOND);
    await device.pass(2000);
    await predict(device, 3);
    expect(reported(device)).toMatchObject({
      state: 'committed',
      running: { sha256: SECOND.assigned.sha256 },
      served: { sha256: SECOND.assigned.sha256, errors: 0 },
      servedBefore: { sha256: FIRST.assigned.sha256, predictions: 30, errors: 0 },
    });

    await device.crash();
    await device.pass(12_000);
    expect(reported(device)).toMatchObject({
      served: { sha256: SECOND.assigned.sha256, predictions: 3 },
      servedBefore: { predictions: 30 },
    });
    await device.agent().stop();
  });

  it('is not sent for the sake of what was counted', async () => {
    const device = await createTestDevice();
    await device.start();
    await assign(device, 1, FIRST);
    await device.pass(2000);
    await predict(device, 1);
    const before = device.server.reports.length;
    await predict(device, 100);
    expect(device.server.reports).toHaveLength(before);
    await device.agent().stop();
  });
});
