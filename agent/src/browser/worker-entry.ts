import type { FromWorker, ToWorker } from './worker/messages.ts';

/**
 * What the worker of the agent is started with. It is small so that no part that is loaded later imports it: WebKit runs
 * the first module of a worker a second time then, and a second agent, that nobody started, answered the page.
 */
const early: ToWorker[] = [];
const keep = ({ data }: MessageEvent<ToWorker>) => void early.push(data);
self.addEventListener('message', keep);

try {
  const { take } = await import('./worker/agent-worker.ts');
  self.removeEventListener('message', keep);
  self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => take(data));
  for (const data of early) take(data);
} catch (error) {
  const failed = { phase: 'failed', code: 'worker_ended', detail: String(error) } as const;
  self.postMessage({ type: 'phase', phase: failed } satisfies FromWorker);
}
