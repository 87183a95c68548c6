import { problemOf } from '@plumbline/shared/api';
import { Hono, type MiddlewareHandler } from 'hono';
import type { Agent, Clock } from '../../index.ts';
import { NodeAgentError } from '../errors.ts';
import type { DrivenClock } from '../platform/driven-clock.ts';
import type { Logger, ProblemCount } from '../platform/log.ts';
import type { ChangeFeed } from '../watch/change-feed.ts';
import type { MetricsDeps } from '../watch/metrics.ts';
import { addDefer } from './defer.ts';
import { addEvents } from './events.ts';
import { localOnly } from './local-only.ts';
import { addNearby } from '../lan/nearby-routes.ts';
import { addPredictBatch } from './predict-batch.ts';
import { addPredict } from './predict.ts';
import { addReplay } from './replay.ts';
import { addEntries } from '../site-log/entries.ts';
import { addOutcomes } from '../site-log/outcomes.ts';
import { addState } from './state.ts';

export interface LocalApiDeps {
  agent: Agent;
  clock: Clock;
  /** Set for a replay, which adds the routes that drive the clock. */
  driven: DrivenClock | undefined;
  log: Logger;
  runtime: string;
  problems: () => ProblemCount[];
  /** What happens, for `GET /v1/events`; without it there is no such route. */
  feed?: ChangeFeed;
  /** What `GET /metrics` shows besides the state; without it there is no such route. */
  metrics?: Pick<MetricsDeps, 'host' | 'latency' | 'traffic'>;
  /** Who may ask; programs on this machine when left out. */
  guard?: MiddlewareHandler;
}

/** What other programs ask the agent for. Every refusal is a problem document (RFC 9457). */
export function createLocalApi(deps: LocalApiDeps): Hono {
  const { agent, log, feed, metrics } = deps;
  const app = new Hono();
  app.use(deps.guard ?? localOnly);
  addPredict(app, deps);
  addPredictBatch(app, deps);
  addOutcomes(app, deps);
  addEntries(app, deps);
  addState(app, deps);
  addDefer(app, deps);
  addNearby(app, deps);
  if (feed !== undefined) addEvents(app, { feed });
  if (metrics !== undefined) {
    app.get('/metrics', async (context) => {
      const [{ metricsOf }, { exposition, EXPOSITION_TYPE }] = await Promise.all([
        import('../watch/metrics.ts'),
        import('../watch/exposition.ts'),
      ]);
      const now = await metricsOf({ ...metrics, agent, runtime: deps.runtime, readers: feed?.readers() ?? 0 });
      return context.body(exposition(now), 200, { 'content-type': EXPOSITION_TYPE });
    });
  }
  app.get('/v1/openapi.json', async (context) => {
    const { openApiDocument } = await import('./openapi.ts');
    return context.json(openApiDocument([new URL(context.req.url).origin]));
  });
  if (deps.driven !== undefined) addReplay(app, { agent, driven: deps.driven });
  app.notFound((context) => {
    const { method, path } = context.req;
    throw new NodeAgentError('no_such_route', `${method} ${path}`, {
      kind: 'not-found',
      expected: 'a route of GET /v1/openapi.json',
    });
  });
  app.onError((error, context) => {
    const problem = problemOf(error);
    // Logged here and nowhere else; a wrong question is the caller's affair.
    if (problem.title === 'internal') log.error({ err: error, path: context.req.path }, 'request failed');
    else log.debug({ code: problem.code, field: problem.field, path: context.req.path }, 'request refused');
    if (problem.title === 'unauthenticated') context.header('www-authenticate', 'Bearer realm="plumbline-agent"');
    return context.body(JSON.stringify(problem), problem.status, { 'content-type': 'application/problem+json' });
  });
  return app;
}
