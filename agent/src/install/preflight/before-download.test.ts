import type { ReleaseNeeds } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { assignTo, FIRST_RELEASE, installedDevice, lineOf } from '../../testing/installed-device.ts';
import { mintRelease, type Release } from '../../testing/mint.ts';

const SECOND = await mintRelease({ counter: 2, version: '1.0.1', model: { weights: [2, 1], bias: 0 } });
const FITTING: ReleaseNeeds = { modelBytes: 1000, memoryMb: 10, opsets: { 'ai.onnx': 18 }, derivations: [] };
const needing = (needs: Partial<ReleaseNeeds>): Release => ({ ...SECOND, needs: { ...FITTING, ...needs } });

const UNFIT: [string, Release, string, string][] = [
  ['was released for other hardware', { ...SECOND, profiles: ['other-gateway'] }, 'not_in_release', 'test-gateway'],
  ['uses operators newer than the runtime', needing({ opsets: { 'ai.onnx': 99 } }), 'does_not_fit', 'version 99'],
  ['uses operators the runtime has never heard of', needing({ opsets: { 'my.ops': 1 } }), 'does_not_fit', 'my.ops'],
  ['wants inputs this agent cannot derive', needing({ derivations: ['tide@3'] }), 'does_not_fit', 'tide@3'],
  ['needs more memory than there is for a model', needing({ memoryMb: 100_000 }), 'does_not_fit', '100000 MB'],
  ['is larger than models may be', needing({ modelBytes: 2_000_000 }), 'does_not_fit', 'at most'],
];

describe('a release that this device cannot run', () => {
  it.each(UNFIT)('is refused before a byte of it is fetched when it %s', async (_what, release, reason, detail) => {
    const device = await installedDevice();
    const served = device.server.served.length;
    await assignTo(device, 2, release, { others: [FIRST_RELEASE] });
    await device.pass(3000);
    expect(lineOf(device)).toMatchObject({ state: 'refused', reason, running: { version: '1.0.0' } });
    expect(lineOf(device).detail).toContain(detail);
    expect(device.server.served).toHaveLength(served);
    expect(device.server.reports.at(-1)?.models).toMatchObject([{ state: 'refused', reason, running: { counter: 1 } }]);
    await device.agent().stop();
  });

  it('is another one than a release whose needs are met, or not told', async () => {
    for (const release of [needing({}), SECOND]) {
      const device = await installedDevice();
      await assignTo(device, 2, release, { others: [FIRST_RELEASE] });
      await device.pass(3000);
      expect(lineOf(device).running).toMatchObject({ version: '1.0.1' });
      await device.agent().stop();
    }
  });
});
