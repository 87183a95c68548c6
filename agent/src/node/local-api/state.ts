import type { Hono } from 'hono';
import type { Agent } from '../../index.ts';
import type { ProblemCount } from '../platform/log.ts';
import { AGENT_VERSION } from '../version.ts';

export interface StateRoutes {
  agent: Agent;
  /** Name and version of the ONNX runtime. */
  runtime: string;
  problems: () => ProblemCount[];
}

/** `GET /v1/activities`, `/v1/state`, `/v1/health`: what the agent knows, and how it is. */
export function addState(app: Hono, { agent, runtime, problems }: StateRoutes): void {
  app.get('/v1/activities', (context) => context.json({ activities: agent.activities() }));
  app.get('/v1/state', (context) => context.json(agent.state()));
  app.get('/v1/health', (context) => {
    const { identity, connected, lines } = agent.state();
    return context.json({
      status: 'running',
      site: identity.site,
      device: identity.device,
      agent: AGENT_VERSION,
      runtime,
      connected,
      models: lines.filter(({ running }) => running !== undefined).length,
      problems: problems(),
    });
  });
}
