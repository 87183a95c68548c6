import { parentPort, workerData } from 'node:worker_threads';
import type { Job } from '../search/job.ts';

/** A thread for tests: dies of member 1 always, of member 2 when the shared counter says so, and answers the rest. */
const { deaths, heap } = workerData as { deaths: Int32Array; heap?: boolean };

parentPort?.on('message', (job: Job) => {
  const member = job.kind === 'chance' ? 0 : job.member;
  if (member === 1 && heap === true) fillHeap();
  if (member === 1 || (member === 2 && Atomics.add(deaths, 0, 1) === 0)) process.exit(3);
  parentPort?.postMessage({ answer: { scores: Float64Array.of(member), seconds: 0 } }, []);
});

function fillHeap(): void {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 1000 }, (_, index) => ({ index })));
}
