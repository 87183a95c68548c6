import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AgentPhase } from '../door/tablet-agent.ts';
import type { Answer } from '../worker/messages.ts';
import { keepAlive, type WorkerHost, type WorkerSignals } from './keep-alive.ts';

const STARTING = { type: 'phase', phase: { phase: 'starting', waitsFor: 'storage' } } as const;
const UP = { type: 'phase', phase: { phase: 'not-enrolled', because: 'never' } } as const;

/** A worker of a browser, which Node has not: says what the test says. */
type Silent = WorkerSignals & { isEnded: boolean };

describe('the worker of the agent', () => {
  let workers: Silent[];
  let phases: AgentPhase[];
  let answers: Answer[];
  let host: WorkerHost;
  const says = (message: Parameters<WorkerSignals['said']>[0]) => workers.at(-1)?.said(message);

  beforeEach(() => {
    vi.useFakeTimers();
    [workers, phases, answers] = [[], [], []];
    host = keepAlive(
      (signals) => {
        const worker = { ...signals, isEnded: false };
        workers.push(worker);
        return { post: () => undefined, end: () => void (worker.isEnded = true) };
      },
      () => ({
        profile: 'any',
        wasEnrolled: false,
        life: { now: String(workers.length) },
        facts: { installed: false, visible: true, online: true },
      }),
      { onPhase: (phase) => phases.push(phase), onAnswer: (answer) => answers.push(answer) },
    );
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is said to be loading until it says something else', () => {
    expect(phases).toEqual([{ phase: 'starting', waitsFor: 'engine' }]);
    says(STARTING);
    expect(phases.at(-1)).toEqual({ phase: 'starting', waitsFor: 'storage' });
  });

  it('is started again when its start comes no further, and its questions fail', () => {
    says(STARTING);
    host.send({ type: 'call', id: 'a', name: 'refresh', args: [] });
    vi.advanceTimersByTime(20_000);
    expect(workers[0]?.isEnded).toBe(true);
    expect(answers).toMatchObject([{ type: 'failure', id: 'a', error: { code: 'worker_ended' } }]);
    expect(phases.at(-1)).toMatchObject({ phase: 'failed', detail: 'it waited 20000 ms for: storage' });
    vi.advanceTimersByTime(500);
    expect(workers).toHaveLength(2);
    says(UP);
    expect(phases.at(-1)).toEqual(UP.phase);
    vi.advanceTimersByTime(3_600_000);
    expect(workers).toHaveLength(2);
  });

  it('has the same time for every stage, more of it after each attempt, and is tried for ever', () => {
    vi.advanceTimersByTime(19_000);
    says(STARTING);
    vi.advanceTimersByTime(19_000);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1500);
    expect(workers).toHaveLength(2);
    vi.advanceTimersByTime(39_000);
    expect(workers).toHaveLength(2);
    vi.advanceTimersByTime(3_600_000);
    // Two minutes of patience and one of rest an attempt.
    expect(workers.length).toBeGreaterThan(20);
    expect(workers.length).toBeLessThan(30);
  });

  it('of an earlier attempt is not listened to any more', () => {
    vi.advanceTimersByTime(20_500);
    workers[0]?.said({ type: 'phase', phase: { phase: 'failed', code: 'x', detail: 'late' } });
    workers[0]?.broke('late');
    expect(phases.at(-1)).toEqual({ phase: 'starting', waitsFor: 'engine' });
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, false]);
  });

  it('ends by itself when it is let go, or is ended when it does not', async () => {
    const closed = host.close();
    expect(workers[0]?.isEnded).toBe(false);
    vi.advanceTimersByTime(3000);
    await closed;
    expect(workers[0]?.isEnded).toBe(true);
  });
});
