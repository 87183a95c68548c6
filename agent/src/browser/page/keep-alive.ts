import type { AgentPhase, StartStage } from '../door/tablet-agent.ts';
import { TabletError } from '../errors.ts';
import type { PageFacts } from '../platform/page-facts.ts';
import { crossed } from '../worker/crossing.ts';
import type { Answer, FromWorker, Question, StartOptions, ToWorker } from '../worker/messages.ts';

export interface WorkerHost {
  /** Answered by `onAnswer`, also when there is no worker at the moment. */
  send(question: Question): void;
  tell(facts: PageFacts): void;
  /** Lets the worker end well, and ends it. */
  close(): Promise<void>;
}

export interface HostSignals {
  onPhase: (phase: AgentPhase) => void;
  onAnswer: (answer: Answer) => void;
}

/** One worker, as a page has it. */
export interface LiveWorker {
  post(message: ToWorker): void;
  /** At once. */
  end(): void;
}

export interface WorkerSignals {
  said: (message: FromWorker) => void;
  /** An error that nobody caught, or a script that did not come. */
  broke: (why: string) => void;
}

const FIRST_RESTART_MS = 500;
const MAX_RESTART_MS = 60_000;
const STOPPED_WITHIN_MS = 3000;
/** For one stage of a start; a slow tablet takes some seconds to load a model. */
const FIRST_SILENCE_MS = 20_000;
const MAX_SILENCE_MS = 120_000;

/**
 * Keeps the worker of the agent alive: one that ends, or whose start comes no further, is started again, later each time,
 * and its questions fail.
 */
export function keepAlive(
  startWorker: (signals: WorkerSignals) => LiveWorker,
  optionsNow: () => StartOptions,
  { onPhase, onAnswer }: HostSignals,
): WorkerHost {
  let worker: LiveWorker | undefined;
  let restart: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const asked = new Set<string>();
  const stopped = Promise.withResolvers<void>();

  const starting = (waitsFor: StartStage) => {
    clearTimeout(silence);
    const waitMs = Math.min(FIRST_SILENCE_MS * 2 ** failures, MAX_SILENCE_MS);
    silence = setTimeout(() => ended('worker_ended', `it waited ${waitMs} ms for: ${waitsFor}`), waitMs);
    onPhase({ phase: 'starting', waitsFor });
  };
  const ended = (code: string, detail: string) => {
    clearTimeout(silence);
    worker?.end();
    worker = undefined;
    const error = crossed(new TabletError('worker_ended', `the agent ended: ${detail}`, { kind: 'unavailable' }));
    for (const id of asked) onAnswer({ type: 'failure', id, error });
    asked.clear();
    onPhase({ phase: 'failed', code, detail });
    restart = setTimeout(start, Math.min(FIRST_RESTART_MS * 2 ** failures, MAX_RESTART_MS));
    failures += 1;
  };
  const took = (phase: AgentPhase) => {
    if (phase.phase === 'failed') return ended(phase.code, phase.detail);
    if (phase.phase === 'starting') return starting(phase.waitsFor);
    clearTimeout(silence);
    failures = 0;
    onPhase(phase);
  };
  const start = () => {
    const started = startWorker({
      said(message) {
        if (message.type === 'stopped') return stopped.resolve();
        if (message.type === 'phase') {
          // What an earlier one still has to say of itself is of no interest.
          if (worker === started) took(message.phase);
          return;
        }
        if (message.type !== 'pending') asked.delete(message.id);
        onAnswer(message);
      },
      broke(why) {
        if (worker === started) ended('worker_ended', why);
      },
    });
    worker = started;
    starting('engine');
    started.post({ type: 'start', options: optionsNow() });
  };

  start();
  return {
    send(question) {
      if (worker === undefined) {
        const error = new TabletError('worker_ended', 'the agent is being started again', { kind: 'unavailable' });
        onAnswer({ type: 'failure', id: question.id, error: crossed(error) });
        return;
      }
      asked.add(question.id);
      worker.post(question);
    },
    tell: (facts) => worker?.post({ type: 'facts', facts }),
    async close() {
      clearTimeout(restart);
      clearTimeout(silence);
      const last = worker;
      worker = undefined;
      if (last === undefined) return;
      setTimeout(stopped.resolve, STOPPED_WITHIN_MS);
      last.post({ type: 'stop' });
      await stopped.promise;
      last.end();
    },
  };
}
