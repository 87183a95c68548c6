import type { Context } from 'hono';
import type { Logger } from 'pino';
import { problemOf } from '@plumbline/shared/api';

/** A refusal as the client sees it, logged here and nowhere else. */
export function answerProblem(context: Context, error: unknown, log: Logger): Response {
  const problem = problemOf(error);
  if (problem.status >= 500) log.error({ err: error, path: context.req.path }, 'request failed');
  else log.info({ code: problem.code, field: problem.field, path: context.req.path }, 'request refused');
  return context.body(JSON.stringify(problem), problem.status, { 'content-type': 'application/problem+json' });
}
