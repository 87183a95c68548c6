import { createSeededRandom } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgentKills, type AgentKills } from './agent-kills.ts';

/** Twenty in all; a soak makes a thousand of them. */
const FETCHING = 8;
const TRYING = { 'self-testing': 4, shadowing: 4, activating: 4 };

describe('a gateway killed with SIGKILL twenty times, at moments that a seed draws', () => {
  let kills: AgentKills;
  beforeAll(async () => {
    kills = await createAgentKills(createSeededRandom(2026));
  });
  afterAll(() => kills[Symbol.asyncDispose]());

  it('goes on with a fetch where it was, one block fetched twice at most for each kill', async () => {
    const twice = await kills.fetching(FETCHING);
    console.log(`kills while fetching: ${FETCHING}; blocks fetched twice: ${twice.reduce((sum, one) => sum + one, 0)}`);
    expect(Math.max(...twice)).toBeLessThanOrEqual(1);
  }, 120_000);

  it('tests, shadows and activates again after each kill, answers meanwhile, and ends with what was assigned', async () => {
    await kills.trying(TRYING);
    console.log(
      `kills by the state on disk: ${[...kills.found].map(([state, times]) => `${state} ${times}`).join(', ')}`,
    );
    const found = Object.fromEntries(kills.found);
    const wanted = { fetching: FETCHING, ...TRYING };
    const tooFew = Object.entries(wanted).filter(([state, times]) => (found[state] ?? 0) < times);
    expect(tooFew).toEqual([]);
  }, 180_000);

  it('has lost and doubled nothing that it had acknowledged, as the export shows, and gave no number twice', async () => {
    const sums = await kills.close();
    console.log(JSON.stringify(sums));
    expect(sums.acknowledged).toBeGreaterThan(20);
    expect(sums).toMatchObject({ lost: 0, doubled: 0, holes: 0, reused: 0 });
  });
});
