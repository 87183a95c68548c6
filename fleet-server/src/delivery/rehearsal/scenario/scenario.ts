import { z } from 'zod';
import { name } from '@plumbline/shared/trust';
import { duration } from '../../rollouts/plan/duration.ts';
import { candidate } from './candidate.ts';

const share = z.number().min(0).max(1);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day, such as 20:00');

/** Where devices come from when no inventory is at hand; with one they are drawn from it. */
const devices = z.strictObject({
  count: z.number().int().min(1).max(2000).default(50).describe('simulated devices'),
  profiles: z
    .array(name)
    .min(1)
    .default(['linux-x64-gateway'])
    .describe('firmware profiles, dealt in turn; only without an inventory'),
  sites: z.number().int().min(1).max(1000).default(10).describe('sites, dealt in turn; only without an inventory'),
  zones: z
    .array(z.string().min(1))
    .min(1)
    .default(['UTC'])
    .describe('time zones of the sites, dealt in turn; only without an inventory'),
  tags: z.record(name, share).default({}).describe('tag → share of devices that carry it; only without an inventory'),
  withoutPredecessor: share.default(0).describe('share on which no model runs yet: a first install has no shadow run'),
  offline: share.default(0).describe('share that is never heard from once the rollout has begun'),
});

const link = z.strictObject({
  kbps: z.number().positive().default(1000).describe('each direction, kilobits per second'),
  latencyMs: z.number().min(0).max(10_000).default(80),
  jitterMs: z.number().min(0).max(10_000).default(40),
  dropRate: share.default(0).describe('share of messages that are lost between broker and device'),
});

/** Times are since the start of the rollout. */
const outage = z.strictObject({
  from: duration,
  until: duration,
  share: share.optional().describe('share of the sites, drawn; every site when neither share nor site is given'),
  site: z.string().min(1).optional(),
});

const night = z.strictObject({
  from: timeOfDay,
  until: timeOfDay,
  share: share.default(1).describe('share of the sites whose gateways are switched off then, in their own time zone'),
});

const failure = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['power-cut', 'crash']).describe('the power goes with what was not yet synced, or the process ends'),
    share: share.default(1).describe('share of the devices'),
    timesPerDay: z.number().positive().max(1440).default(4),
  }),
  z.strictObject({
    kind: z.literal('disk-full'),
    share: share.default(1).describe('share of the devices'),
    from: duration.default(0),
    until: duration.optional(),
  }),
]);

const traffic = z.strictObject({
  predictionsPerHour: z.number().min(0).max(3600).default(4).describe('questions of callers, per device'),
  quietSites: share
    .default(0)
    .describe('share of sites that ask nothing any more: they have plans, and the records of before'),
  activitiesPerDay: z.number().min(0).max(100).default(4).describe('planned activities that become due, per site'),
  storedRecords: z
    .number()
    .int()
    .min(0)
    .max(200)
    .default(60)
    .describe('records a device holds when the rollout begins'),
});

const release = z.strictObject({
  bytes: z
    .number()
    .int()
    .min(20_000)
    .max(200_000_000)
    .default(200_000)
    .describe('payload of each release, on the wire'),
  predecessor: z.string().default('').describe('version in force; empty: one before that of the plan'),
});

/**
 * A rehearsal in words: who there is, what goes wrong around them, and what is wrong with the candidate. All of it has
 * an effect only by what simulated devices then measure.
 */
export const scenario = z.strictObject({
  startsAt: z.iso.datetime().default('2026-01-05T08:00:00Z').describe('when the rollout begins, UTC: windows go by it'),
  days: z.number().positive().max(90).default(14).describe('gives up after so many days: undecided'),
  devices: devices.prefault({}),
  link: link.prefault({}),
  night: night.optional(),
  outages: z.array(outage).max(100).default([]),
  failures: z.array(failure).max(20).default([]),
  traffic: traffic.prefault({}),
  release: release.prefault({}),
  candidate: candidate.prefault({}),
});

export type Scenario = z.infer<typeof scenario>;
/** As it is written down: defaults need not be said, durations carry a unit. */
export type WrittenScenario = z.input<typeof scenario>;
