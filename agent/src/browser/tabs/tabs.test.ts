import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AgentPhase } from '../door/tablet-agent.ts';
import { createPendingCalls } from '../worker/pending-calls.ts';
import type { Answer, Question } from '../worker/messages.ts';
import { follow } from './follow.ts';
import { lead, type Leading } from './lead.ts';
import type { TabMessage } from './tab-messages.ts';

describe('a tab that follows', () => {
  let leader: Leading | undefined;
  let asked: Question[];
  let phases: AgentPhase[];
  const posted: TabMessage[] = [];
  const answers: Answer[] = [];
  let calls: ReturnType<typeof createPendingCalls>;
  let following: ReturnType<typeof follow>;

  beforeEach(() => {
    vi.useFakeTimers();
    [asked, phases] = [[], []];
    posted.length = 0;
    answers.length = 0;
    let count = 0;
    following = follow({
      post: (message) => leader?.take(message),
      onPhase: (phase) => phases.push(phase),
      onAnswer: (answer) => calls.take(answer),
      onLeader: () => calls.sendAgain(),
      heardWithinMs: 1000,
    });
    calls = createPendingCalls(following.send, () => `f/${(count += 1)}`);
    leader = lead(
      (message) => following.take(message),
      (question) => asked.push(question),
    );
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('hands its questions over and gets their answers, however long those take once they were heard', async () => {
    const refreshed = calls.ask('refresh', []);
    expect(asked).toMatchObject([{ name: 'refresh', id: 'f/1' }]);
    vi.advanceTimersByTime(60_000);
    leader?.answer({ type: 'answer', id: 'f/1', value: undefined });
    await expect(refreshed).resolves.toBeUndefined();
  });

  it('gets failures with their code, field and expectation', async () => {
    const enrolled = calls.ask('enrol', ['x']);
    const error = { code: 'token_invalid', message: 'no', kind: 'refused', field: 'code', expected: 'a code' } as const;
    leader?.answer({ type: 'failure', id: 'f/1', error });
    await expect(enrolled).rejects.toMatchObject(error);
  });

  it('is told the fingerprint while it waits, and the name in the end', async () => {
    const told: string[] = [];
    const enrolled = calls.ask('enrol', ['x'], (fingerprint) => told.push(fingerprint));
    leader?.answer({ type: 'pending', id: 'f/1', fingerprint: 'ab-cd' });
    leader?.answer({ type: 'answer', id: 'f/1', value: { site: 's', device: 'd' } });
    expect(await enrolled).toEqual({ site: 's', device: 'd' });
    expect(told).toEqual(['ab-cd']);
  });

  it('does not wait for a leader that is stuck', async () => {
    leader = undefined;
    const refreshed = calls.ask('refresh', []);
    vi.advanceTimersByTime(1000);
    await expect(refreshed).rejects.toMatchObject({ code: 'leader_silent', kind: 'unavailable' });
  });

  it('asks the next leader again what the one before did not answer, under the same name', async () => {
    leader = { ...(leader as Leading), take: () => undefined };
    const refreshed = calls.ask('refresh', []);
    // As between tabs: what one says the other hears later.
    leader = lead(
      (message) => queueMicrotask(() => following.take(message)),
      (question) => asked.push(question),
    );
    await Promise.resolve();
    expect(asked.map(({ id }) => id)).toEqual(['f/1']);
    leader.answer({ type: 'answer', id: 'f/1', value: undefined });
    await refreshed;
    // Nobody waits for it any more.
    vi.advanceTimersByTime(10_000);
  });

  it('shows what the leader shows, as a follower', () => {
    leader?.phase({ phase: 'starting', waitsFor: 'storage' });
    leader?.phase({ phase: 'not-enrolled', because: 'never' });
    expect(phases).toEqual([{ phase: 'following' }, { phase: 'not-enrolled', because: 'never' }]);
  });
});
