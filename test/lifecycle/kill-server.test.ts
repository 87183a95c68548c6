import { createSeededRandom } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServerKills, type ServerKills } from './server-kills.ts';

/** A soak makes a thousand of them. */
const KILLS = 20;

describe(`a server killed with SIGKILL while telemetry comes in, ${KILLS} seeded times`, () => {
  let kills: ServerKills;
  beforeAll(async () => {
    kills = await createServerKills(createSeededRandom(2027));
  });
  afterAll(() => kills[Symbol.asyncDispose]());

  it('comes back each time, and takes what was under way', async () => {
    await kills.lives(KILLS);
    console.log(`kills ${KILLS}, of which between a commit and its acknowledgement: ${kills.unheard}`);
    expect(kills.unheard).toBeGreaterThan(0);
  }, 240_000);

  it('has lost nothing and doubled nothing, as its export shows', async () => {
    const sums = await kills.close();
    console.log(JSON.stringify(sums));
    expect(sums).toMatchObject({ lost: 0, doubled: 0, holes: 0 });
    expect(sums.acknowledged).toBeGreaterThanOrEqual(20 * KILLS);
    expect(sums).toMatchObject({ outcomes: sums.acknowledged, predictions: sums.predicted });
  });
});
