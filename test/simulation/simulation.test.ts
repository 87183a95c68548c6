import { describe, expect, it } from 'vitest';
import { CLASSES } from './play/classes.ts';
import { runInstall } from './play/run-install.ts';
import { runSeed, type SeedResult } from './play/run-seed.ts';

const SEEDS = [1];
/** Of the calls of an install one in so many is cut here, and every one by the scoreboard. */
const EVERY = 3;

/** What a reader of a failed test needs to see it again. */
function foundIn(results: readonly SeedResult[]): string[] {
  return results.flatMap(({ seed, class: of, breaches }) =>
    breaches.map(({ breach, text }) => `--seed ${seed} --class ${of}: ${breach}: ${text}`),
  );
}

describe('a simulated world', () => {
  it.each(CLASSES)('survives $name: nothing lost, doubled, bricked or untrue, and it recovers', async (of) => {
    const results: SeedResult[] = [];
    for (const seed of SEEDS) results.push(await runSeed(seed, of));
    expect(foundIn(results)).toEqual([]);
    // A world in which nothing happened would show nothing.
    for (const { rows, acknowledged, ioPoints } of results) {
      expect(rows).toBeGreaterThan(20);
      expect(acknowledged).toBeGreaterThan(0);
      expect(ioPoints).toBeGreaterThan(100);
    }
    expect(results.reduce((sum, { injected }) => sum + injected, 0)).toBeGreaterThan(0);
  });

  it.each([['the database takes no birth for a while, so that the server knows no connection', 'everything', 460]])(
    'survives what once broke it: %s',
    async (_, name, seed) => {
      const of = CLASSES.find((one) => one.name === name) ?? CLASSES[0]!;
      expect(foundIn([await runSeed(seed, of)])).toEqual([]);
    },
  );

  it('is the same world again for the same seed, and another for another', async () => {
    const of = CLASSES.find(({ name }) => name === 'everything') ?? CLASSES[0];
    if (of === undefined) throw new Error('no class of faults');
    const [one, again, other] = [await runSeed(7, of), await runSeed(7, of), await runSeed(8, of)];
    expect([again.traceHash, again.events, again.ioPoints]).toEqual([one.traceHash, one.events, one.ioPoints]);
    expect(other.traceHash).not.toBe(one.traceHash);
  });
});

describe('the power goes', () => {
  it('at one in three calls to the disk of a first install, and it is completed all the same', async () => {
    const releases = ['good-1'];
    const { points, breaches } = await runInstall(releases);
    expect(breaches).toEqual([]);
    const failed: string[] = [];
    let crashed = 0;
    for (let at = 1; at <= points; at += EVERY) {
      const when = at % 2 === 0 ? 'before' : 'after';
      const result = await runInstall(releases, { at, when });
      crashed += result.isReached ? 1 : 0;
      failed.push(...result.breaches.map(({ breach, text }) => `power cut ${when} call ${at}: ${breach}: ${text}`));
    }
    console.log(`power cut at ${crashed} of ${points} calls of a first install`);
    expect(failed).toEqual([]);
    expect(crashed).toBe(Math.ceil(points / EVERY));
  }, 300_000);
});
