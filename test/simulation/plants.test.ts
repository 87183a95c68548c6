import { describe, expect, it } from 'vitest';
import { foundAt, MAX_SEEDS } from './score/found-at.ts';
import { jobsFor } from './score/jobs.ts';
import { planted } from './score/plant-hooks.ts';
import { PLANTS } from './score/plants.ts';
import { runJobs } from './score/pool.ts';
import { addUp } from './score/scores.ts';

/** Each needs a process of its own, and a busy machine starts one slowly. */
const TIMEOUT_MS = 180_000;

describe('a planted bug', () => {
  it.each(PLANTS)('still has a place in the source: $name', (plant) => {
    expect(planted(plant)).toContain(plant.replace);
  });

  const found = new Map<string, number>();

  it.each(PLANTS.filter(({ isVariant }) => isVariant !== true))(
    'is found: $name',
    async ({ name, class: of }) => {
      const seed = await foundAt(name, of);
      console.log(`planted bug ${name}: ${seed === undefined ? 'NOT FOUND' : `found at seed ${seed} of ${of}`}`);
      expect(seed).toBeLessThanOrEqual(MAX_SEEDS);
      found.set(of, Math.max(found.get(of) ?? 0, seed ?? 0));
    },
    TIMEOUT_MS,
  );

  it(
    'was what was found: the same worlds without it are sound',
    async () => {
      const scores = addUp();
      const failed: string[] = [];
      await runJobs(
        [...found].flatMap(([of, seed]) => jobsFor(seed, of)),
        {
          onReply(reply) {
            const failure = scores.take(reply);
            for (const { breach, text } of failure?.breaches ?? []) failed.push(`${breach}: ${text}`);
            return true;
          },
        },
      );
      expect(failed).toEqual([]);
      expect(scores.totals().seeds).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
