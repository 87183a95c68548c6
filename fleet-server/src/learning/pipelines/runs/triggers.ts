import type { Logger } from 'pino';
import { codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import { record } from '../../../platform/audit/index.ts';
import { datasets, eq, pipelines } from '../../../platform/db/index.ts';
import type { Dispatcher } from '../../../platform/outbox/index.ts';
import { PipelineError } from '../errors.ts';
import { kindOfTrigger } from '../file/check-triggers.ts';
import { resolveReferences } from '../file/references.ts';
import type { Trigger } from '../file/spec.ts';
import { getPipeline } from './read.ts';
import { requestRun, type RequestDeps, type Requested } from './request.ts';
import { pipelineOf, type Pipeline } from './run.ts';

type TriggerDeps = RequestDeps & { log: Logger };
type Event = Record<string, unknown>;

interface Firing {
  trigger: Trigger;
  index: number;
  /** What `${{ event.… }}` means. */
  event: Event;
  causeKey: string;
  sentence: string;
}

/**
 * Pipelines begin when a dataset, a drift alarm or an alert they wait for is there, also when it came while the server was down.
 * @param whyWithheld why a trigger may not fire now, for people: automation is stopped, or the line sees to it itself
 */
export function watchPipelines(
  deps: TriggerDeps & { dispatcher: Dispatcher },
  whyWithheld: (trigger: Trigger) => Promise<string | undefined> = async () => undefined,
): void {
  const { dispatcher, database } = deps;
  const each = async (
    id: number,
    matches: (trigger: Trigger, pipeline: Pipeline) => boolean,
    event: Event,
    sentence: string,
  ) => {
    const rows = await database.db.select().from(pipelines);
    for (const pipeline of rows.map(pipelineOf)) {
      for (const [index, trigger] of pipeline.spec.on.entries()) {
        if (!matches(trigger, pipeline)) continue;
        const reason = await whyWithheld(trigger);
        if (reason !== undefined) {
          await withhold(deps, pipeline, { kind: kindOfTrigger(trigger), sentence }, reason);
          continue;
        }
        await fire(deps, pipeline, { trigger, index, event, causeKey: `event:${index}:${id}`, sentence });
      }
    }
  };
  dispatcher.subscribe('pipelines-datasets', ['dataset.registered'], async ({ dataset, version, rows }, { id }) => {
    const [row] = await database.db.select().from(datasets).where(eq(datasets.version, version));
    const event = { dataset: `${dataset}@${version}`, name: dataset, version, rows };
    // What a pipeline registers itself is no news to it.
    const isNews = (pipeline: Pipeline) => row?.createdBy !== actorOf(pipeline.name);
    await each(id, (one, pipeline) => one.dataset === dataset && isNews(pipeline), event, `dataset ${event.dataset}`);
  });
  dispatcher.subscribe('pipelines-drift', ['drift.alert'], async ({ model, site, device, reason }, { id }) => {
    const event = { model, site: site ?? '', device: device ?? '', reason };
    await each(id, ({ drift }) => drift === model, event, `drift of ${model}: ${reason}`);
  });
  dispatcher.subscribe(
    'pipelines-alerts',
    ['alert.raised'],
    async ({ alert, kind, subject, scope, sentence }, { id }) => {
      await each(id, (one) => one.alert === kind, { alert, kind, subject, scope }, `alert ${kind}: ${sentence}`);
    },
  );
}

/**
 * Starts a run without a person. What it cannot be started with is audited and no reason to be told again.
 * @returns undefined where it was refused
 */
export async function fire(deps: TriggerDeps, pipeline: Pipeline, firing: Firing): Promise<Requested | undefined> {
  const { trigger, event, causeKey, sentence } = firing;
  const actor = actorOf(pipeline.name);
  const cause = { kind: kindOfTrigger(trigger), sentence };
  try {
    const set = resolveReferences(trigger.set, ({ name }) => event[name]) as Record<string, unknown>;
    return await requestRun(deps, actor, { pipeline: pipeline.name, set, cause, causeKey });
  } catch (error) {
    if (!isCodedError(error) || error.kind !== 'invalid') throw error;
    deps.log.warn({ pipeline: pipeline.name, code: error.code, err: error }, 'a trigger started nothing');
    const details = { cause, code: codeOf(error), message: messageOf(error) };
    await deps.database.transaction((tx) =>
      record(tx, { actor, action: 'pipelines.refuse', subject: `pipeline:${pipeline.name}`, details }),
    );
    return undefined;
  }
}

/** A trigger that was there and did not fire is audited with its reason. */
async function withhold(
  deps: TriggerDeps,
  { name }: Pipeline,
  cause: Pick<Firing, 'sentence'> & { kind: string },
  reason: string,
) {
  const audited = {
    actor: actorOf(name),
    action: 'pipelines.withhold',
    subject: `pipeline:${name}`,
    details: { cause, reason },
  };
  await deps.database.transaction((tx) => record(tx, audited));
}

/** A call from outside whose signature was verified. */
export interface OutsideCall {
  /** By which it is the same call when it comes again. */
  id: string;
  set?: Record<string, unknown> | undefined;
  commit?: string | undefined;
}

/** @throws PipelineError `pipeline_trigger_refused`, `pipeline_parameter`, `pipeline_malformed` */
export async function triggerRun(
  deps: RequestDeps,
  name: string,
  { id, set, commit }: OutsideCall,
): Promise<Requested> {
  const { spec } = await getPipeline(deps.database.db, name);
  const trigger = spec.on.find(({ webhook }) => webhook !== undefined);
  if (trigger === undefined) throw refused();
  const own = resolveReferences(trigger.set, ({ name: field }) => ({ id, commit: commit ?? '' })[field]);
  return requestRun(deps, actorOf(name), {
    pipeline: name,
    set: { ...(own as Record<string, unknown>), ...set },
    cause: { kind: 'webhook', sentence: `call ${id} from outside${commit === undefined ? '' : `, commit ${commit}`}` },
    causeKey: `webhook:${id}`,
    ...(commit !== undefined && { gitCommit: commit }),
  });
}

/** By which calls from outside are signed. @throws PipelineError `pipeline_trigger_refused`, the same whatever is wrong */
export async function secretOf(deps: RequestDeps, name: string): Promise<string> {
  const [row] = await deps.database.db
    .select({ secret: pipelines.secret })
    .from(pipelines)
    .where(eq(pipelines.name, name));
  const secret = row?.secret ?? undefined;
  if (secret === undefined) throw refused();
  return secret;
}

export function refused(): PipelineError {
  return new PipelineError('pipeline_trigger_refused', 'no pipeline of that name takes this call', {
    kind: 'unauthenticated',
    field: 'webhook-signature',
    expected: 'a signature of Standard Webhooks 1.0 by the secret of the pipeline, not older than five minutes',
  });
}

/** Who acts where no person does. */
export function actorOf(pipeline: string): string {
  return `pipeline:${pipeline}`;
}
