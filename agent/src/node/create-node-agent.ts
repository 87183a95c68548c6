import { randomUUID } from 'node:crypto';
import { createAgent, readIdentity, type Agent } from '../index.ts';
import { RUNNING } from '../store/keys.ts';
import type { NodeConfig } from './config.ts';
import { openLan } from './lan/open-lan.ts';
import { createLocalApi } from './local-api/app.ts';
import { serveLocally } from './local-api/serve.ts';
import { createEventLog, type Logger } from './platform/log.ts';
import { openNodePorts, profileOf } from './node-ports.ts';
import { nodeDecoders } from './platform/decoders.ts';
import { runSources } from './sources/run-sources.ts';
import { AGENT_VERSION } from './version.ts';
import { createChangeFeed } from './watch/change-feed.ts';
import { createLatency, timed } from './watch/latency.ts';
import { weighed } from './watch/traffic.ts';

export interface NodeAgent extends AsyncDisposable {
  agent: Agent;
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** `https://HOST:PORT` on the site network, where that is configured. */
  lanUrl: string | undefined;
  site: string;
  device: string;
  /** Resolves when the core did what is due and the store answered: a wedged agent never says so. */
  probe(): Promise<void>;
  /** Resolves when this device has left its fleet and its store is wiped; rejects when the next start has to finish it. */
  retired: Promise<void>;
}

/**
 * The agent of a gateway with its local API, running until it is disposed.
 * @throws AgentError `not_enrolled`, `device_retired`; NodeAgentError `port_busy`, `state_unwritable`, `config_invalid` for files that
 * the configuration names; StoreError
 */
export async function createNodeAgent(config: NodeConfig, log: Logger): Promise<NodeAgent> {
  await using opening = new AsyncDisposableStack();
  const { ports, folder, driven, secureFetch, runtime } = opening.use(await openNodePorts(config));
  const events = createEventLog(log);
  const profile = profileOf(folder, config.profile);
  if (runtime.because !== undefined) log.warn({ engine: runtime.engine }, `models run slower: ${runtime.because}`);
  const timeFloor = () => agent.state().trust.timeFloor;
  const about = { folder, clock: ports.clock, profile, runtime, problems: events.problems, timeFloor };
  const siteTrust = () => {
    const { site, cas } = agent.state().identity;
    return { site, cas, now: Math.max(Date.now(), timeFloor()) };
  };
  const lan = config.lan && openLan(config.lan, siteTrust, log);
  const feed = createChangeFeed(randomUUID());
  const retired = Promise.withResolvers<void>();
  // Nobody may be waiting for it yet.
  retired.promise.catch(() => undefined);
  const latency = createLatency();
  const traffic = { upBytes: 0, downBytes: 0 };
  const core = createAgent(
    { ...ports, link: weighed(ports.link, traffic) },
    {
      profile,
      inspect: async () => (await import('./diagnostics/inspect.ts')).inspectNode(about),
      agentVersion: AGENT_VERSION,
      decoders: nodeDecoders,
      secureFetch,
      ...(config.firstDelayMs !== undefined && { timing: { firstDelayMs: config.firstDelayMs } }),
      onEvent(event) {
        events.take(event);
        feed.takeEvent(event);
      },
      onChange: feed.takeChange,
      eraseKey: async () => folder.eraseKey(),
      onRetired: (error) => (error === undefined ? retired.resolve() : retired.reject(error)),
    },
  );
  const agent = timed(core, latency);
  const api = {
    agent,
    clock: ports.clock,
    driven,
    log,
    runtime: ports.inference.runtime,
    problems: events.problems,
    feed,
    metrics: { host: ports.host, latency, traffic },
  };
  // The port comes first: a busy one must not cost a start and a clean end.
  const server = opening.use(await serveLocally(createLocalApi(api).fetch, config.port));
  const lanServer = lan && opening.use(await lan.serve(createLocalApi({ ...api, guard: lan.guard }).fetch));
  opening.defer(() => agent.stop());
  // Streams of events end by themselves never, and servers wait for the answers under way.
  opening.defer(() => feed.close());
  await agent.start();
  const { site = '', device = '' } = (await readIdentity(ports.store)) ?? {};
  folder.setAddress({ url: server.url, site, device });
  opening.defer(() => folder.setAddress(undefined));
  opening.use(await runSources({ ...ports, agent, device, event: events.take }, config));
  const running = opening.move();
  const probe = async () => {
    await agent.tick();
    await ports.store.get(RUNNING);
  };
  const lanUrl = lanServer?.url;
  const { promise } = retired;
  return {
    agent,
    url: server.url,
    lanUrl,
    site,
    device,
    probe,
    retired: promise,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
