import { z } from 'zod';
import { deviceSettings, name } from '@plumbline/shared/trust';
import { RolloutError } from './errors.ts';

/** When a stage may go on. Ratios are over devices that had a chance: heard from since they were assigned. */
export const gate = z.strictObject({
  /** Devices that must have had a chance before anything is decided; a smaller stage needs all of its own. */
  minimumSample: z.number().int().min(1),
  /** Share that must have proven the release. */
  provenRatio: z.number().min(0).max(1),
  /** Share of failures (refused or rolled back) that stops the rollout. */
  failureRatio: z.number().min(0).max(1),
});

/** One stage: who, how many of them, and how long to watch. */
export const stage = z.strictObject({
  name: z.string().min(1).max(64),
  /** Devices that carry all of these tags; none means every device. */
  tags: z.array(name),
  size: z.union([
    z.strictObject({ percent: z.number().gt(0).max(100) }),
    z.strictObject({ count: z.number().int().min(1) }),
  ]),
  soakMs: z.number().int().nonnegative(),
  gate: gate.optional(),
});

export const rolloutPlan = z.strictObject({
  line: name,
  version: z.string(),
  stages: z.array(stage).min(1).max(20),
  gate,
  onFailure: z.enum(['pause', 'revert']),
  /** Order in which devices are drawn; the same seed draws the same devices. */
  seed: z.number().int().nonnegative(),
  settings: deviceSettings.optional(),
});

export type Gate = z.infer<typeof gate>;
export type Stage = z.infer<typeof stage>;
export type RolloutPlan = z.infer<typeof rolloutPlan>;

/** @throws RolloutError `rollout_plan_malformed`, naming the field. */
export function parsePlan(value: unknown): RolloutPlan {
  const parsed = rolloutPlan.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'plan';
  throw new RolloutError('rollout_plan_malformed', `rollout: ${field}: ${issue?.message}`, {
    field,
    expected: issue?.message ?? 'a rollout plan',
  });
}
