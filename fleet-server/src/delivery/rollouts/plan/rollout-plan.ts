import { z } from 'zod';
import { deviceSettings, name } from '@plumbline/shared/trust';
import { gates, stageGates } from '../gates/gates.ts';
import { duration } from './duration.ts';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day, such as 22:00');
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date, such as 2026-12-24');
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** When devices may be given something new, in the zone of their own site. From later than until passes midnight. */
export const timeWindow = z.strictObject({
  days: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .default([...WEEKDAYS]),
  from: timeOfDay,
  until: timeOfDay,
});

/** Days on which nothing is given out, first and last included, in the zone of each site. */
export const freezeDates = z.strictObject({ from: day, until: day, reason: z.string().max(200).default('') });

/** One stage: who, how many of them, how fast, and how long to watch. */
export const stage = z.strictObject({
  name: z.string().min(1).max(64),
  /** A group by its name, or a selector over the inventory; neither means every device. */
  group: name.optional(),
  selector: z.string().min(1).max(2000).optional(),
  /** Counted over everything that is selected: 10 % and then 100 % add 10 % and then the rest. */
  size: z.union(
    [z.strictObject({ percent: z.number().gt(0).max(100) }), z.strictObject({ count: z.number().int().min(1) })],
    { error: 'expected a percent above 0 and not above 100, or a count of at least one device' },
  ),
  /** How long every gate must go on passing before the next stage opens. */
  soak: duration.default(0),
  /** An inconclusive stage asks a person after that. */
  deadline: duration.default(7 * 86_400_000),
  /** A person other than the author opens it. */
  approval: z.enum(['none', 'required']).default('none'),
  /** Devices that are given the release in an hour at most. */
  perHour: z.number().int().min(1).optional(),
  /** Devices that have been given it and have not decided, at most. */
  underWay: z.number().int().min(1).optional(),
  /** Gates that differ from those of the rollout, one by one. */
  gates: stageGates.optional(),
});

/** A rollout as an operator writes it, in YAML or JSON. */
export const rolloutPlan = z.strictObject({
  line: name,
  version: z.string(),
  /** Gates, window, freezes and failure policy of this name, where the rollout says nothing itself. */
  policy: name.optional(),
  stages: z.array(stage).min(1).max(20),
  gates: gates.prefault({}),
  window: timeWindow.optional(),
  freezes: z.array(freezeDates).max(50).default([]),
  onFailure: z.enum(['pause', 'revert']).default('pause'),
  /** Of two rollouts that want the same device and line, the higher one has it. */
  priority: z.number().int().min(0).max(100).default(50),
  /** Order in which devices are drawn; the same seed draws the same devices. */
  seed: z.number().int().nonnegative().default(1),
  settings: deviceSettings.optional(),
});

export type TimeWindow = z.infer<typeof timeWindow>;
export type FreezeDates = z.infer<typeof freezeDates>;
export type Stage = z.infer<typeof stage>;
export type RolloutPlan = z.infer<typeof rolloutPlan>;
/** As it is written down: defaults need not be said, durations may carry a unit. */
export type WrittenPlan = z.input<typeof rolloutPlan>;
