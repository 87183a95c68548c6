import { z } from 'zod';
import { FALSE_ALARM_BUDGET } from '../../shared/src/drift/index.ts';
import { countFalseAlarms, SIZES } from '../bench/drift/stable.ts';
import { mostByChance } from '../learning/binomial.ts';
import { openProgress } from './kept-progress.ts';
import type { SoakOptions } from './options.ts';

const FULL = 10_000;
/** Windows between two lines of progress. */
const CHUNK = 1_000;

const count = z.number().int().nonnegative();
const progress = z.object({ looked: count, alarms: z.array(count) });

/** Stable windows of every size, `count` (10,000) each: by p alone, no more alarm than the budget and chance allow. */
export async function run(options: SoakOptions): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, count: wanted = FULL, seed, dir } = options;
  const start = { looked: 0, alarms: SIZES.map(() => 0) };
  const kept = await openProgress('drift', { seed, dir }, progress, start);
  const end = performance.now() + minutes * 60_000;
  while (kept.now.looked < wanted && performance.now() < end) {
    const { looked, alarms } = kept.now;
    const windows = Math.min(CHUNK, wanted - looked);
    const found = SIZES.map((size) => countFalseAlarms(size, windows, seed * 1_000_003 + looked + size).byP);
    await kept.keep({ looked: looked + windows, alarms: alarms.map((before, i) => before + (found[i] ?? 0)) });
    console.log(
      `${kept.now.looked} of ${wanted} windows: ${SIZES.map((size, i) => `${kept.now.alarms[i]} of ${size}`).join(', ')}`,
    );
  }
  const { looked, alarms } = kept.now;
  if (looked >= wanted) await kept.forget();
  const failed = alarms.filter((found) => found > mostByChance(looked, FALSE_ALARM_BUDGET)).length;
  return { passed: SIZES.length - failed, failed };
}
