import { randomBytes } from 'node:crypto';
import { record } from '../../../platform/audit/index.ts';
import { and, count, eq, pipelines, type Database, type Db } from '../../../platform/db/index.ts';
import { nextTime } from '../../../platform/schedule/index.ts';
import { PipelineError } from '../errors.ts';
import { checkPipeline } from '../file/check.ts';
import { parsePipeline } from '../file/read-file.ts';
import type { PipelineSpec } from '../file/spec.ts';
import { STEP_KINDS } from '../steps/index.ts';
import { getPipeline } from './read.ts';
import type { Pipeline } from './run.ts';

export interface PutPipeline {
  pipeline: Pipeline;
  action: 'create' | 'change' | 'unchanged';
  /** `whsec_…` by which calls from outside are signed; shown when it is made, and not again. */
  secret?: string;
}

/** They are files that people write: each is listed with its last run. */
const MAX_PIPELINES = 200;

interface PutDeps {
  database: Database;
  now: () => number;
}

/**
 * Makes a pipeline what a file says; runs that are under way go on as they began. Said again, it changes nothing.
 * @param expectedRevision refused when the pipeline has another one; 0: when there is one
 * @throws PipelineError `pipeline_malformed`, `pipeline_changed`, `pipeline_limit`
 */
export async function putPipeline(
  deps: PutDeps,
  actor: string,
  written: unknown,
  expectedRevision?: number,
): Promise<PutPipeline> {
  const { name, spec } = parsePipeline(written);
  checkPipeline(spec, STEP_KINDS);
  const text = JSON.stringify(spec);
  return deps.database.transaction(async (tx) => {
    const [known] = await tx.select().from(pipelines).where(eq(pipelines.name, name));
    if (expectedRevision !== undefined && expectedRevision !== (known?.revision ?? 0)) throw changed(name);
    if (known?.spec === text) return { pipeline: await getPipeline(tx, name), action: 'unchanged' };
    const now = deps.now();
    const wantsSecret = spec.on.some(({ webhook }) => webhook !== undefined);
    const kept = known?.secret ?? undefined;
    const made = wantsSecret && kept === undefined ? makeSecret() : undefined;
    const secret = wantsSecret ? (made ?? kept ?? null) : null;
    const change = { spec: text, secret, timedFrom: now, nextAt: nextOf(spec, now), updatedAt: now };
    const head = { name, state: 'active' as const, revision: 1, createdBy: actor, createdAt: now };
    if (known === undefined) {
      await refuseMany(tx);
      await tx.insert(pipelines).values({ ...head, ...change });
    } else await guarded(tx, known, change);
    const action = known === undefined ? 'create' : 'change';
    const details = { steps: spec.steps.map(({ name: step }) => step), triggers: spec.on.length };
    await record(tx, { actor, action: `pipelines.${action}`, subject: `pipeline:${name}`, details });
    return { pipeline: await getPipeline(tx, name), action, ...(made !== undefined && { secret: made }) };
  });
}

async function refuseMany(tx: Db): Promise<void> {
  const [known] = await tx.select({ number: count() }).from(pipelines);
  if ((known?.number ?? 0) < MAX_PIPELINES) return;
  throw new PipelineError('pipeline_limit', `there are ${MAX_PIPELINES} pipelines already`, {
    kind: 'conflict',
    field: 'name',
    expected: `at most ${MAX_PIPELINES}`,
  });
}

/** Another secret for calls from outside; the old one counts no more. @throws PipelineError `pipeline_trigger_refused` */
export async function renewSecret(deps: PutDeps, actor: string, name: string): Promise<string> {
  return deps.database.transaction(async (tx) => {
    const { spec } = await getPipeline(tx, name);
    if (!spec.on.some(({ webhook }) => webhook !== undefined)) {
      throw new PipelineError('pipeline_trigger_refused', `nothing outside may start ${name}`, {
        kind: 'conflict',
        field: 'pipeline',
        expected: 'a pipeline with `webhook: true` among its triggers',
      });
    }
    const secret = makeSecret();
    await tx.update(pipelines).set({ secret }).where(eq(pipelines.name, name));
    await record(tx, { actor, action: 'pipelines.secret', subject: `pipeline:${name}`, details: {} });
    return secret;
  });
}

/**
 * `pause`: nothing begins until it is resumed; what is under way goes on. `resume`: from now on, what fell into the pause is
 * over. @throws PipelineError `pipeline_unknown`, `pipeline_changed`
 */
export async function orderPipeline(
  deps: PutDeps,
  actor: string,
  name: string,
  order: 'pause' | 'resume',
): Promise<Pipeline> {
  return deps.database.transaction(async (tx) => {
    const known = await getPipeline(tx, name);
    const state = order === 'pause' ? 'paused' : 'active';
    if (known.state === state) return known;
    const now = deps.now();
    const from = order === 'resume' ? { timedFrom: now, nextAt: nextOf(known.spec, now) } : {};
    await guarded(tx, known, { state, ...from });
    await record(tx, { actor, action: `pipelines.${order}`, subject: `pipeline:${name}`, details: {} });
    return getPipeline(tx, name);
  });
}

/** When the first of its patterns comes, ms. */
export function nextOf({ on }: PipelineSpec, after: number): number | null {
  const times = on.flatMap(({ cron, zone = 'UTC' }) => (cron === undefined ? [] : [nextTime(cron, zone, after)]));
  return times.length === 0 ? null : Math.min(...times);
}

async function guarded(
  tx: Db,
  { name, revision }: { name: string; revision: number },
  change: Partial<typeof pipelines.$inferInsert>,
): Promise<void> {
  const written = await tx
    .update(pipelines)
    .set({ ...change, revision: revision + 1 })
    .where(and(eq(pipelines.name, name), eq(pipelines.revision, revision)))
    .returning({ name: pipelines.name });
  if (written.length > 0) return;
  throw changed(name);
}

function changed(name: string): PipelineError {
  return new PipelineError('pipeline_changed', `${name} was changed meanwhile`, {
    kind: 'conflict',
    field: 'pipeline',
    expected: 'a look at what it is now',
  });
}

/** As Standard Webhooks 1.0 writes one. */
function makeSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
