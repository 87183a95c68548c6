import { setTimeout as pause } from 'node:timers/promises';
import { createLightClient, type Totals } from './light-client.ts';
import type { FleetPlan } from './script.ts';

/** What the process of the clients tells. Times are of the clock that all processes of a machine share, ms. */
export type FromClients =
  | { type: 'connected'; ms: number; totals: Totals }
  | { type: 'done'; lastDesiredAt: number; lastDoneAt: number; totals: Totals; cpuMs: number }
  | { type: 'progress'; connected: number; desired: number; done: number }
  | { type: 'waiting' }
  | { type: 'again'; at: number }
  | { type: 'failed'; reason: string };

/** Connections that are being opened at once. */
const TOGETHER = 100;
const PING_MS = 25_000;

process.once('message', (plan: FleetPlan) => {
  run(plan).catch((error: unknown) => process.send?.({ type: 'failed', reason: String(error) }));
});
process.on('disconnect', () => process.exit());

async function run(plan: FleetPlan): Promise<void> {
  const totals: Totals = {
    messagesUp: 0,
    messagesDown: 0,
    bytesUp: 0,
    bytesDown: 0,
    hashesChecked: 0,
    hashesWrong: 0,
    desired: 0,
  };
  const clients = Array.from({ length: plan.agents }, (_, number) => createLightClient(number, plan, totals));
  const seen = { connected: 0, desired: 0, done: 0 };
  const startedAt = Date.now();
  let next = 0;
  setInterval(() => clients.slice(0, next).forEach((client) => client.ping()), PING_MS).unref();
  setInterval(() => process.send?.({ type: 'progress', ...seen }), 5000).unref();
  const connectAll = async () => {
    while (next < clients.length) {
      await clients[next++]?.start();
      seen.connected += 1;
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, connectAll));
  process.send?.({ type: 'connected', ms: Date.now() - startedAt, totals: { ...totals } });
  let [lastDesiredAt, lastDoneAt] = [0, 0];
  for (const client of clients) {
    void client.desired.then(() => ((lastDesiredAt = Date.now()), (seen.desired += 1)));
    void client.done.then(() => ((lastDoneAt = Date.now()), (seen.done += 1)));
  }
  await Promise.all(clients.map(({ done }) => done));
  const { user, system } = process.cpuUsage();
  process.send?.({ type: 'done', lastDesiredAt, lastDoneAt, totals, cpuMs: (user + system) / 1000 });
  process.on('message', async (message) => {
    if (message !== 'again') process.exit();
    const wanted = totals.desired + clients.length;
    process.send?.({ type: 'waiting' });
    while (totals.desired < wanted) await pause(2);
    process.send?.({ type: 'again', at: Date.now() });
  });
}
