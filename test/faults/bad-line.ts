import type { Random } from '@plumbline/shared/ports';
import { balance, createFleet, eventually, readExportedBooks, tinyModel, type Balance } from '../harness/index.ts';
import { createVictim } from '../lifecycle/victim.ts';
import { FAULTS, startFaultProxy, type Fault } from './proxy.ts';

export interface BadLineOptions {
  random: Random;
  /** Without encryption, as on loopback in development. */
  plain: boolean;
  /** How long the line is bad, ms; longer where it takes longer to strike `strikes` connections. */
  badMs: number;
  strikes: number;
  /** As of the proxy. */
  strikesWithinMs?: number;
  slowForMs?: number;
  /** How long a server is given after it healed, ms. */
  healWithinMs: number;
  faults?: readonly Fault[];
}

export interface BadLineSums extends Balance {
  acknowledged: number;
  /** Connections by what was done to them. */
  connections: Record<string, number>;
  /** From the moment the line was good again until nothing waited any more and the newest release ran. */
  recoveryMs: number;
}

/** Faults that TLS turns into a closed connection. Plain MQTT carries no sum: a turned bit would be believed. */
const ONLY_WITH_TLS: readonly Fault[] = ['corrupt'];
const PACE_MS = 100;
const MIN_OUTCOMES = 12;

/** A gateway in its own process works over a line that is bad for a while; releases go out to it meanwhile. */
export async function workOverBadLine(options: BadLineOptions): Promise<BadLineSums> {
  const { random, plain, badMs, healWithinMs } = options;
  const faults = (options.faults ?? FAULTS).filter((fault) => !(plain && ONLY_WITH_TLS.includes(fault)));
  await using fleet = await createFleet({
    lines: ['tiny'],
    ...(plain && { environment: { PLUMBLINE_PLAIN: '1' } }),
  });
  const upstreamPort = Number(/:(\d+)/.exec(fleet.server.mqttUrl)?.[1]);
  await using proxy = await startFaultProxy({
    slowForMs: 10_000,
    strikesWithinMs: 1500,
    ...options,
    upstreamPort,
    faults,
  });
  await using gateway = await createVictim(fleet, 'gateway-1', {
    throughPort: proxy.port,
    ...(plain && { args: ['--development'] }),
  });
  await gateway.start();

  let releases = 0;
  let version = '';
  const publish = async () => {
    version = await fleet.publish(tinyModel('tiny', (releases += 1)));
    await fleet.assign(gateway.name, 'tiny', version);
  };
  await publish();
  const until = performance.now() + badMs;
  const strikes = () => [...proxy.counts.values()].reduce((sum, times) => sum + times, 0);
  const isEnough = () => strikes() >= options.strikes && gateway.acknowledged.size >= MIN_OUTCOMES;
  while (performance.now() < until || !isEnough()) {
    // Work goes on whatever the line does; a release now and then finds the line as it is.
    await gateway.work(1);
    if (performance.now() > until - badMs / 2 && releases === 1) await publish();
    await new Promise((resolve) => setTimeout(resolve, random.next() * PACE_MS));
  }
  proxy.heal();
  const healedAt = performance.now();
  await eventually(
    'all rows have arrived and the newest release runs',
    async () => {
      const { outbox, lines } = await gateway.state();
      const line = lines.find((one) => one.line === 'tiny');
      const left = Object.values(outbox).reduce((sum, { waiting }) => sum + waiting, 0);
      // The release before it may still be on trial: nothing overtakes a trial.
      if (line?.state === 'proving' && line.running?.version !== version) await gateway.prove('tiny');
      if (left > 0 || line?.running?.version !== version) throw new Error(JSON.stringify({ left, line }));
      return true;
    },
    { withinMs: healWithinMs },
  );
  const recoveryMs = Math.round(performance.now() - healedAt);
  const { outbox } = await gateway.state();
  const books = await readExportedBooks(fleet.client);
  const sums = balance(books, { refs: gateway.acknowledged, streams: Object.values(outbox) });
  return {
    ...sums,
    acknowledged: gateway.acknowledged.size,
    connections: Object.fromEntries(proxy.counts),
    recoveryMs,
  };
}
