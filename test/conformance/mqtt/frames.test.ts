import { describe, expect, it } from 'vitest';
import { createGuard, SPECIFICATION_LIMITS } from '../../../fleet-server/src/entry/mqtt/guard/index.ts';
import { createSeededRandom } from '../../../shared/src/testing/index.ts';
import { heapBytes } from './heap.ts';
import { GOOD_FRAMES, mutatedFrame } from './mutate.ts';
import { connectPacket } from './play.ts';
import { startStorm } from './storm.ts';

const MB = 1024 * 1024;

const frames = () => Array.from({ length: 50 }, (_, index) => mutatedFrame(createSeededRandom(index)));

describe('mutated MQTT frames', () => {
  it('come from frames that are good', () => {
    for (const frame of GOOD_FRAMES) {
      const guard = createGuard(SPECIFICATION_LIMITS);
      if (frame[0] !== 0x10) guard.feed(connectPacket(4, 'd'));
      expect(guard.feed(frame)).toEqual({ pass: [frame] });
    }
  });

  it('are the same for the same seed', () => {
    expect(frames()).toEqual(frames());
  });

  it('neither crash guard and broker, nor pile up in memory, nor keep a good client waiting (3,000 of them)', async () => {
    await using storm = await startStorm(1);
    await storm.blow(0, 1_000);
    const before = heapBytes();
    await storm.blow(1_000, 2_000);
    expect(storm.failures).toEqual([]);
    expect(heapBytes() - before).toBeLessThan(8 * MB);
    expect(storm.broker.counts()).toEqual({ clients: 1, halfOpen: 0 });
    // The frames differ enough to be refused for many reasons, by the guard and by the broker.
    expect(storm.refusals.size).toBeGreaterThan(30);
  });
});
