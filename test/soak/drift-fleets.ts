import { z } from 'zod';
import { FLEETS, KINDS, ROWS, wrongWindows } from '../bench/drift/small-fleets.ts';
import { mostByChance } from '../learning/binomial.ts';
import { openProgress } from './kept-progress.ts';
import type { SoakOptions } from './options.ts';

const FULL = 2_000;
const CASES = FLEETS.flatMap((sites) =>
  ROWS.flatMap((rows) => KINDS.map(({ name, kind }) => ({ sites, rows, name, kind }))),
);

const count = z.number().int().nonnegative();
const progress = z.object({ done: count, failed: count });

/**
 * Fleets whose sites wander as building sites do, `count` (2,000) windows of each kind: held against their own past, no level
 * is passed more often than it and chance allow.
 */
export async function run({ minutes = Infinity, count: windows = FULL, seed, dir }: SoakOptions) {
  const kept = await openProgress('drift-fleets', { seed, dir }, progress, { done: 0, failed: 0 });
  const end = performance.now() + minutes * 60_000;
  while (kept.now.done < CASES.length && performance.now() < end) {
    const { done, failed } = kept.now;
    const one = CASES[done];
    if (one === undefined) break;
    const counted = wrongWindows(one, windows, seed * 1_000_003 + done);
    const isOver = counted.some(({ level, alarms }) => alarms > mostByChance(windows, level));
    await kept.keep({ done: done + 1, failed: failed + (isOver ? 1 : 0) });
    const said = counted.map(({ level, alarms }) => `${alarms} below ${level}`).join(', ');
    console.log(`${one.sites} sites, ${one.rows} rows in four weeks, ${one.name}: of ${windows}, ${said}`);
  }
  const { done, failed } = kept.now;
  if (done >= CASES.length) await kept.forget();
  return { passed: done - failed, failed };
}
