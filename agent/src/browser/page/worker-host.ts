import type { FromWorker, StartOptions } from '../worker/messages.ts';
import { keepAlive, type HostSignals, type LiveWorker, type WorkerHost, type WorkerSignals } from './keep-alive.ts';
import { watchFacts } from './watch-facts.ts';

/** The worker of the agent below this page, kept alive and told what only a page can see. */
export function hostWorker(optionsNow: () => StartOptions, signals: HostSignals): WorkerHost {
  const host = keepAlive(startAgentWorker, optionsNow, signals);
  const unwatch = watchFacts(host.tell);
  return {
    ...host,
    close() {
      unwatch();
      return host.close();
    },
  };
}

function startAgentWorker({ said, broke }: WorkerSignals): LiveWorker {
  const worker = new Worker(new URL('../worker-entry.ts', import.meta.url), {
    type: 'module',
    name: 'plumbline-agent',
  });
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => said(data));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    broke(event.message || 'its script could not be loaded');
  });
  return {
    post: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
  };
}
