import { z } from 'zod';
import {
  createRollout,
  getRollout,
  rolloutPlan,
  startRollout,
  type Rollout,
} from '../../../delivery/rollouts/index.ts';
import { isCodedError } from '@plumbline/shared/errors';
import { PipelineError } from '../errors.ts';
import { defineStep, type PipelineDeps, type StepAnswer, type Values } from './kind.ts';

const NEVER = ['stopped', 'reverted'];

const inputs = z.strictObject({
  release: z
    .string()
    .regex(/^[^@\s]+@[^@\s]+$/, 'expected LINE@VERSION')
    .describe('LINE@VERSION.'),
  plan: z
    .record(z.string(), z.unknown())
    .superRefine((plan, context) => {
      // A policy that is named makes the plan whole when it is made.
      if (plan['policy'] !== undefined) return;
      const { error } = rolloutPlan.safeParse({ ...plan, line: 'line', version: '1.0.0' });
      for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
    })
    .describe('What `plumbline rollouts create` takes, without line and version.'),
  start: z.boolean().default(true),
  until: z.enum(['created', 'started', 'completed']).default('started').describe('When the step is done.'),
});

/** A rollout of the release, made once and started. */
export const rollout = defineStep({
  contract: 1,
  inputs,
  takes: { release: 'release' },
  outputs: { rollout: 'string', status: 'string' },
  async run({ deps, actor, effectKey, run, isForced }, { release, plan, start, until }) {
    const [line, version] = release.split('@');
    // The name says which step of which inputs it is of, so that it is not made twice.
    const name = `p-${effectKey.slice(0, 16)}${isForced ? `-${run}` : ''}`;
    const made = await existing(deps, name);
    if (made === undefined) await createRollout(deps, actor, { ...plan, line, version }, { name });
    const known = made ?? (await getRollout(deps.database.db, name));
    if (start && known.state.status === 'draft') await startRollout(deps, actor, known.id);
    return answer(deps, { rollout: known.id }, start ? until : 'created');
  },
  look: ({ deps }, waitingFor, { start, until }) => answer(deps, waitingFor, start ? until : 'created'),
});

async function existing({ database }: PipelineDeps, name: string): Promise<Rollout | undefined> {
  return getRollout(database.db, name).catch((error: unknown) => {
    if (isCodedError(error) && error.code === 'rollout_unknown') return undefined;
    throw error;
  });
}

async function answer(
  { database }: PipelineDeps,
  waitingFor: Values,
  until: z.output<typeof inputs>['until'],
): Promise<StepAnswer> {
  const { id, line, version, state } = await getRollout(database.db, String(waitingFor['rollout']));
  const { status, reason } = state;
  const says = `${id} of ${line}@${version} is ${status}`;
  if (NEVER.includes(status)) {
    throw new PipelineError('rollout_ended', `${says}${reason === '' ? '' : `: ${reason}`}`, {
      kind: 'refused',
      field: 'rollout',
      expected: `a rollout that is ${until}`,
    });
  }
  const isDone =
    until === 'created' ||
    status === 'completed' ||
    (until === 'started' && !['draft', 'awaiting-approval'].includes(status));
  return isDone ? { outputs: { rollout: id, status }, says } : { waitingFor: { rollout: id }, says };
}
