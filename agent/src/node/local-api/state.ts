import type { Hono } from 'hono';
import type { Agent } from '../../index.ts';
import type { ProblemCount } from '../platform/log.ts';
import { NodeAgentError } from '../errors.ts';
import { AGENT_VERSION } from '../version.ts';

export interface StateRoutes {
  agent: Agent;
  /** Name and version of the ONNX runtime. */
  runtime: string;
  problems: () => ProblemCount[];
}

/**
 * `GET /v1/activities`, `/v1/activities/ID`, `/v1/state`: what the agent knows. `GET /v1/health`: how it is;
 * `/v1/health/live` answers 200 while the process does, `/v1/health/ready` 503 until a model answers predictions.
 */
export function addState(app: Hono, { agent, runtime, problems }: StateRoutes): void {
  app.get('/v1/activities', (context) => context.json({ activities: agent.activities() }));
  app.get('/v1/activities/:id', (context) => {
    const id = context.req.param('id');
    const found = agent.activities().find(({ activity }) => activity === id);
    if (found !== undefined) return context.json(found);
    const expected = 'an activity of GET /v1/activities';
    throw new NodeAgentError('activity_unknown', `${id}: no such activity`, {
      kind: 'not-found',
      field: 'id',
      expected,
    });
  });
  app.get('/v1/state', (context) => context.json(agent.state()));
  app.get('/v1/health/live', (context) => context.json({ status: 'running' }));
  app.get('/v1/health/ready', (context) => {
    const isReady = agent.state().lines.some(({ running }) => running !== undefined);
    return context.json({ status: isReady ? 'ready' : 'no-model' }, isReady ? 200 : 503);
  });
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
