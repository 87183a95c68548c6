import { describe, expect, it } from 'vitest';
import { verifySignature } from '../trust/signing/signer.ts';
import { createMemoryCrypto } from './memory-crypto.ts';
import { createSeededRandom } from './seeded-random.ts';

const draw = (seed: number) => {
  const random = createSeededRandom(seed);
  return Array.from({ length: 20_000 }, random.next);
};

describe('seeded randomness', () => {
  it('replays exactly, and differs from seed to seed', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7).slice(0, 3)).not.toEqual(draw(8).slice(0, 3));
    expect([...createSeededRandom(7).bytes(9)]).toEqual([...createSeededRandom(7).bytes(9)]);
  });

  it('lies in [0, 1) and fills it evenly', () => {
    const counts = Array<number>(10).fill(0);
    for (const value of draw(1)) {
      expect(value >= 0 && value < 1).toBe(true);
      counts[Math.floor(value * 10)]! += 1;
    }
    // Six standard deviations of a binomial count with mean 2,000.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(255);
  });
});

describe('a device key in memory', () => {
  it('signs what its public half verifies, and is another for another seed', async () => {
    const [one, other] = [createMemoryCrypto(createSeededRandom(1)), createMemoryCrypto(createSeededRandom(2))];
    const message = new TextEncoder().encode('plumb');
    const signature = await one.signAsDevice(message);
    expect(verifySignature(await one.devicePublicKey(), message, signature)).toBe(true);
    expect(verifySignature(await other.devicePublicKey(), message, signature)).toBe(false);
    expect(await one.devicePublicKey()).toEqual(await one.devicePublicKey());
  });
});
