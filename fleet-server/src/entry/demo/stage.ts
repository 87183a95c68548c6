import type { ChildProcess } from 'node:child_process';
import type { FleetServer } from '../../server.ts';
import type { AgentProcess } from './agent-process.ts';
import type { DemoOptions } from './options.ts';
import type { ReplayPlan } from './plan-replay.ts';
import type { ReplayClock } from './replay-clock.ts';
import type { Teller } from './report.ts';

/** Everything the acts of the demonstration work with. */
export interface Stage {
  options: DemoOptions;
  teller: Teller;
  server: FleetServer;
  clock: ReplayClock;
  plan: ReplayPlan;
  line: string;
  stateDir: string;
  agents: AgentProcess[];
  approver: ChildProcess | undefined;
  /** Outcomes a device has acknowledged as durable: every one of them must arrive, once. */
  recorded: Set<string>;
}

/** Waits for something that is brought about elsewhere, a look at a time. @returns false when the time is over */
export async function eventually(look: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    if (await look()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return look();
}

/** Runs a task for each, a few at a time. */
export async function forEach<T>(
  items: readonly T[],
  atOnce: number,
  task: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
