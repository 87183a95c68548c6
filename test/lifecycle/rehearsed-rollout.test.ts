import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRehearsedFleet, type RehearsedFleet } from './rehearsed-fleet.ts';

/** Of twenty agents: `npm run soak -- rehearsed-rollout`. */
const AGENTS = 6;
const CANARIES = 2;
const TIMEOUT_MS = 300_000;

describe('a rollout on real agents, each in a process of its own', { timeout: TIMEOUT_MS }, () => {
  let fleet: RehearsedFleet;
  beforeAll(async () => {
    fleet = await createRehearsedFleet({ agents: AGENTS, seed: 11 });
  }, TIMEOUT_MS);
  afterAll(() => fleet[Symbol.asyncDispose](), TIMEOUT_MS);

  // In this order: an approver of another house would not sign the way back to the last one.
  it.each([
    ['good', { verdict: 'completed', stage: 'everybody', exposedDevices: AGENTS, metric: 'proven' }, /devices proved/],
    ['shifted', { verdict: 'paused', stage: 'canary', exposedDevices: CANARIES, metric: 'shift' }, /mean score/],
    ['off-golden', { verdict: 'paused', stage: 'canary', exposedDevices: CANARIES, metric: 'failures' }, /self_test/],
  ] as const)('ends as its rehearsal said it would: %s', async (candidate, ending, word) => {
    const { rehearsed, real, sentence } = await fleet.play(candidate);
    expect(rehearsed).toMatchObject(ending);
    expect(real).toEqual(ending);
    expect(rehearsed.sentence).toMatch(word);
    expect(sentence).toMatch(word);
  });
});
