import { Hono } from 'hono';
import type { Agent, Clock } from '../../index.ts';
import { NodeAgentError } from '../errors.ts';
import type { Logger, ProblemCount } from '../platform/log.ts';
import type { DrivenClock } from '../platform/driven-clock.ts';
import { localOnly } from './local-only.ts';
import { addOutcomes } from './outcomes.ts';
import { addPredict } from './predict.ts';
import { problemOf } from '@plumbline/shared/api';
import { addReplay } from './replay.ts';
import { addState } from './state.ts';

export interface LocalApiDeps {
  agent: Agent;
  clock: Clock;
  /** Set for a replay, which adds the routes that drive the clock. */
  driven: DrivenClock | undefined;
  log: Logger;
  runtime: string;
  problems: () => ProblemCount[];
}

/** What other programs on a gateway ask the agent for. Every refusal is a problem document (RFC 9457). */
export function createLocalApi(deps: LocalApiDeps): Hono {
  const app = new Hono();
  app.use(localOnly);
  addPredict(app, deps);
  addOutcomes(app, deps);
  addState(app, deps);
  if (deps.driven !== undefined) addReplay(app, { agent: deps.agent, driven: deps.driven });
  app.notFound((context) => {
    const { method, path } = context.req;
    throw new NodeAgentError('no_such_route', `${method} ${path}`, {
      kind: 'not-found',
      expected: 'a route under /v1',
    });
  });
  app.onError((error, context) => {
    const problem = problemOf(error);
    // Logged here and nowhere else; a wrong question is the caller's affair.
    if (problem.title === 'internal') deps.log.error({ err: error, path: context.req.path }, 'request failed');
    else deps.log.debug({ code: problem.code, field: problem.field, path: context.req.path }, 'request refused');
    return context.body(JSON.stringify(problem), problem.status, { 'content-type': 'application/problem+json' });
  });
  return app;
}
