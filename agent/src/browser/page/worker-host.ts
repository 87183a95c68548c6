import type { AgentPhase } from '../door/tablet-agent.ts';
import { TabletError } from '../errors.ts';
import { crossed } from '../worker/crossing.ts';
import type { Answer, FromWorker, Question, StartOptions, ToWorker } from '../worker/messages.ts';
import { watchFacts } from './watch-facts.ts';

export interface WorkerHost {
  /** Answered by `onAnswer`, also when there is no worker at the moment. */
  send(question: Question): void;
  /** Lets the worker end well, and ends it. */
  close(): Promise<void>;
}

export interface HostSignals {
  onPhase: (phase: AgentPhase) => void;
  onAnswer: (answer: Answer) => void;
}

const FIRST_RESTART_MS = 500;
const MAX_RESTART_MS = 60_000;
const STOPPED_WITHIN_MS = 3000;

/** Keeps the worker of the agent alive: one that ends is started again, later each time, and its questions fail. */
export function hostWorker(optionsNow: () => StartOptions, { onPhase, onAnswer }: HostSignals): WorkerHost {
  let worker: Worker | undefined;
  let restart: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const asked = new Set<string>();
  const post = (message: ToWorker) => worker?.postMessage(message);

  const ended = (code: string, detail: string) => {
    worker?.terminate();
    worker = undefined;
    const error = crossed(new TabletError('worker_ended', `the agent ended: ${detail}`, { kind: 'unavailable' }));
    for (const id of asked) onAnswer({ type: 'failure', id, error });
    asked.clear();
    onPhase({ phase: 'failed', code, detail });
    restart = setTimeout(start, Math.min(FIRST_RESTART_MS * 2 ** failures, MAX_RESTART_MS));
    failures += 1;
  };
  const take = (message: FromWorker) => {
    if (message.type === 'phase') {
      if (message.phase.phase === 'failed') return ended(message.phase.code, message.phase.detail);
      failures = 0;
      onPhase(message.phase);
    } else if (message.type !== 'stopped') {
      if (message.type !== 'pending') asked.delete(message.id);
      onAnswer(message);
    }
  };
  const start = () => {
    const started = new Worker(new URL('../worker/agent-worker.ts', import.meta.url), {
      type: 'module',
      name: 'plumbline-agent',
    });
    started.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => take(data));
    started.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker === started) ended('worker_ended', event.message || 'its script could not be loaded');
    });
    worker = started;
    post({ type: 'start', options: optionsNow() });
  };

  start();
  const unwatch = watchFacts((facts) => post({ type: 'facts', facts }));
  return {
    send(question) {
      if (worker === undefined) {
        const error = new TabletError('worker_ended', 'the agent is being started again', { kind: 'unavailable' });
        onAnswer({ type: 'failure', id: question.id, error: crossed(error) });
        return;
      }
      asked.add(question.id);
      post(question);
    },
    async close() {
      unwatch();
      clearTimeout(restart);
      const last = worker;
      worker = undefined;
      if (last === undefined) return;
      await stopped(last);
      last.terminate();
    },
  };
}

function stopped(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, STOPPED_WITHIN_MS);
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'stopped') resolve();
    });
    worker.postMessage({ type: 'stop' } satisfies ToWorker);
  });
}
