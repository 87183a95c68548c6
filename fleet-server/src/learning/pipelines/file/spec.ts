import { name } from '@plumbline/shared/trust';
import { z } from 'zod';
import { duration } from '../../../delivery/rollouts/plan/duration.ts';

/** Steps and parameters, as references name them. */
export const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'expected small letters, digits, - and _, a letter first');

const scalar = z.union([z.string().max(4000), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof scalar>;

export const PARAMETER_TYPES = ['string', 'number', 'integer', 'boolean'] as const;

const parameter = z.strictObject({
  type: z.enum(PARAMETER_TYPES),
  default: scalar.optional().describe('Without it every run has to say a value.'),
  oneOf: z.array(scalar).min(1).max(100).optional().describe('The only values it takes.'),
  description: z.string().max(500).optional(),
});
export type Parameter = z.infer<typeof parameter>;

/** What starts a run by itself; exactly one of the first five. */
const trigger = z
  .strictObject({
    cron: z.string().max(128).optional().describe('Five fields, as "0 5 * * 1"; what was missed is made up for once.'),
    zone: z.string().max(64).optional().describe('By whose wall clock the pattern counts. Default: UTC.'),
    dataset: z.string().min(1).max(200).optional().describe('A new version of the dataset of this name.'),
    drift: name.optional().describe('A drift alarm of this line.'),
    alert: z.string().min(1).max(64).optional().describe('An alert of this kind.'),
    webhook: z.literal(true).optional().describe('A signed call of POST /api/v1/pipelines/NAME/trigger.'),
    set: z.record(identifier, scalar).default({}).describe('Values of parameters; ${{ event.… }} says what happened.'),
  })
  .superRefine((one, context) => {
    const given = TRIGGERS.filter((kind) => one[kind] !== undefined);
    if (given.length !== 1) context.addIssue({ code: 'custom', message: `expected one of ${TRIGGERS.join(', ')}` });
    if (one.zone !== undefined && one.cron === undefined) {
      context.addIssue({ code: 'custom', path: ['zone'], message: 'expected beside cron only' });
    }
  });
export const TRIGGERS = ['cron', 'dataset', 'drift', 'alert', 'webhook'] as const;
export type TriggerKind = (typeof TRIGGERS)[number];
export type Trigger = z.infer<typeof trigger>;

/** What any step says beside what it does. */
export const stepHead = {
  name: identifier,
  needs: z.array(identifier).max(50).default([]).describe('Steps to wait for beside those whose outputs it takes.'),
  retries: z.number().int().min(0).max(10).default(0).describe('Attempts more, where another may succeed.'),
  backoff: duration.prefault('10s').describe('Before the first of them; twice as long before each next one.'),
  timeout: duration.optional().describe('An attempt, or a step that waits, fails after that.'),
  when: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Otherwise it is skipped, and what takes its outputs: `${{ evaluate.auc }} > 0.7`.'),
};

const step = z.strictObject({
  ...stepHead,
  uses: z.string().min(1).max(64),
  with: z.record(z.string(), z.unknown()).default({}),
});
export type Step = z.infer<typeof step>;

export const specHead = {
  description: z.string().max(500).default(''),
  parameters: z.record(identifier, parameter).default({}),
  on: z.array(trigger).max(20).default([]).describe('What starts a run by itself.'),
};

/** A pipeline as a file says it, before its steps are looked at one by one. */
export const pipelineSpec = z.strictObject({ ...specHead, steps: z.array(step).min(1).max(50) });
export type PipelineSpec = z.infer<typeof pipelineSpec>;

/** As it is written, defaults left out. */
export type WrittenSpec = z.input<typeof pipelineSpec>;

export const pipelineDocument = z.strictObject({ kind: z.literal('Pipeline'), name, spec: pipelineSpec });
export type PipelineDocument = z.infer<typeof pipelineDocument>;
