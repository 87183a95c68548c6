import { createAgent, readIdentity, type Agent } from '../index.ts';
import type { NodeConfig } from './config.ts';
import { createLocalApi } from './local-api/app.ts';
import { serveLocally } from './local-api/serve.ts';
import { createEventLog, type Logger } from './platform/log.ts';
import { openNodePorts, profileOf } from './node-ports.ts';
import { nodeDecoders } from './platform/decoders.ts';
import { AGENT_VERSION } from './version.ts';

export interface NodeAgent extends AsyncDisposable {
  agent: Agent;
  /** `http://127.0.0.1:PORT` */
  url: string;
  site: string;
  device: string;
}

/**
 * The agent of a gateway with its local API, running until it is disposed.
 * @throws AgentError `not_enrolled`; NodeAgentError `port_busy`, `state_unwritable`; StoreError
 */
export async function createNodeAgent(config: NodeConfig, log: Logger): Promise<NodeAgent> {
  await using opening = new AsyncDisposableStack();
  const { ports, folder, driven, secureFetch } = opening.use(await openNodePorts(config));
  const events = createEventLog(log);
  const agent = createAgent(ports, {
    profile: profileOf(folder, config.profile),
    agentVersion: AGENT_VERSION,
    decoders: nodeDecoders,
    secureFetch,
    ...(config.firstDelayMs !== undefined && { timing: { firstDelayMs: config.firstDelayMs } }),
    onEvent: events.take,
  });
  const app = createLocalApi({
    agent,
    clock: ports.clock,
    driven,
    log,
    runtime: ports.inference.runtime,
    problems: events.problems,
  });
  // The port comes first: a busy one must not cost a start and a clean end.
  const server = opening.use(await serveLocally(app.fetch, config.port));
  opening.defer(() => agent.stop());
  await agent.start();
  const { site = '', device = '' } = (await readIdentity(ports.store)) ?? {};
  folder.setAddress({ url: server.url, site, device });
  opening.defer(() => folder.setAddress(undefined));
  const running = opening.move();
  return { agent, url: server.url, site, device, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
