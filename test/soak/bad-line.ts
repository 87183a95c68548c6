import { createSeededRandom } from '@plumbline/shared/testing';
import { workOverBadLine } from '../faults/bad-line.ts';
import type { SoakOptions } from './options.ts';

const DEFAULT_MINUTES = 4;
const BAD_MS = 60_000;
/** A server that is slow under load is met by an agent that asks less and less often. */
const HEAL_WITHIN_MS = 300_000;

/**
 * A gateway in its own process behind a proxy that cuts, resets, delays, narrows, drips, corrupts and goes half open,
 * encrypted and plain in turn (ATTACKS rows 9 and 31 on real sockets). `count` is the number of bad minutes.
 */
export async function run(options: SoakOptions): Promise<{ passed: number; failed: number }> {
  const { count = options.minutes === undefined ? DEFAULT_MINUTES : Infinity, minutes = Infinity, seed } = options;
  const end = performance.now() + minutes * 60_000;
  let [passed, failed] = [0, 0];
  for (let round = 0; round < count && performance.now() < end; round += 1) {
    const plain = round % 2 === 1;
    try {
      const sums = await workOverBadLine({
        random: createSeededRandom(seed * 1_000_003 + round),
        plain,
        badMs: BAD_MS,
        strikes: 1,
        slowForMs: 5000,
        healWithinMs: HEAL_WITHIN_MS,
      });
      console.log(`${plain ? 'plain' : 'encrypted'} line, seed ${seed}, round ${round}: ${JSON.stringify(sums)}`);
      if (sums.lost + sums.doubled + sums.holes === 0) passed += 1;
      else failed += 1;
    } catch (error) {
      console.log(`${plain ? 'plain' : 'encrypted'} line, seed ${seed}, round ${round}: ${String(error)}`);
      failed += 1;
    }
  }
  return { passed, failed };
}
