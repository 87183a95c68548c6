import { createNodeClock } from '../platform/node-clock.ts';
import type { NodeConfig } from '../config.ts';
import type { NodeAgent } from '../create-node-agent.ts';
import type { Logger } from '../platform/log.ts';
import { notifyThrough } from '../platform/service.ts';
import { startWatchdog } from '../platform/watchdog.ts';

/** What systemd is told of a running agent; nothing where systemd did not start it. */
export function watchedBy({ service }: NodeConfig, running: NodeAgent, log: Logger): AsyncDisposable | undefined {
  if (service === undefined) return undefined;
  const { agent, probe } = running;
  const status = () => {
    const { connected, outbox, lines } = agent.state();
    const waiting = Object.values(outbox).reduce((sum, stream) => sum + stream.waiting, 0);
    const models = lines.map((one) => `${one.line} ${one.running?.version ?? '–'} ${one.state}`);
    return [connected ? 'connected' : 'not connected', `${waiting} rows wait`, ...models].join(', ');
  };
  return startWatchdog(
    {
      clock: createNodeClock(),
      notify: notifyThrough(service),
      probe,
      status,
      onProblem: (error) => log.warn({ err: error }, 'systemd was not told that the agent works'),
    },
    service.watchdogMs,
  );
}
