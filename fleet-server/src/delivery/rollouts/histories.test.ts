import { afterAll, beforeAll, expect, it } from 'vitest';
import { playHistory } from './testing/history.ts';
import { createRolloutWorld, type RolloutWorld } from './testing/rollout-world.ts';

const HISTORIES = 500;
let world: RolloutWorld;
beforeAll(async () => {
  world = await createRolloutWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

it(`no one of ${HISTORIES} random histories reaches a device beyond the open stage, or makes an illegal move`, async () => {
  let moves = 0;
  for (let seed = 1; seed <= HISTORIES; seed += 1) moves += (await playHistory(world, seed)).moves;
  // A history in which nothing moves would prove nothing.
  expect(moves).toBeGreaterThan(HISTORIES);
}, 300_000);
