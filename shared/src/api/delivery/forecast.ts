import { z } from 'zod';
import { bytes, durationMs, ms } from '../units.ts';

export const forecastWarning = z
  .object({
    level: z
      .enum(['refused', 'note', 'late', 'left-out', 'holds', 'blind', 'budget'])
      .describe(
        '`refused`: it could not be created; `holds`: a stage cannot go on by itself; `blind`: a gate cannot stop it; `late`: devices that will not be there in time; `budget`: links it is too much for; `left-out`: devices that nothing fits.',
      ),
    stage: z.string().optional().describe('Name of the stage; undefined: the whole rollout.'),
    sentence: z.string(),
  })
  .meta({ id: 'ForecastWarning' });

export const forecastFit = z
  .object({
    fits: z.number(),
    chosen: z
      .array(
        z.object({
          variant: z.string(),
          codec: z.string(),
          payloadBytes: bytes,
          devices: z.number(),
        }),
      )
      .describe('What travels, and to how many.'),
    unfit: z
      .array(
        z.object({
          profile: z.string(),
          reason: z.string(),
          count: z.number(),
          devices: z.array(z.string()),
        }),
      )
      .describe('Devices that no variant fits, by profile and reason; the largest group first.'),
    notReached: z.number().describe('Fit, but no stage takes so many.'),
  })
  .meta({ id: 'ForecastFit' });

export const forecastPart = z
  .object({
    part: z.enum(['golden', 'reference', 'reasons']),
    variants: z.array(z.string()).describe('Variants of the release that lack it.'),
    undecided: z
      .array(
        z.enum([
          'latency',
          'errors',
          'fairness',
          'quality',
          'proven',
          'agreement',
          'failures',
          'memory',
          'shift',
          'drift',
        ]),
      )
      .describe('Gates this rollout asks that can never decide without it.'),
    sentence: z.string(),
  })
  .meta({ id: 'ForecastPart' });

export const gateForecast = z
  .object({
    gate: z.enum([
      'latency',
      'errors',
      'fairness',
      'quality',
      'proven',
      'agreement',
      'failures',
      'memory',
      'shift',
      'drift',
    ]),
    sample: z
      .number()
      .describe(
        'Devices, sites or predictions it will have to decide by: of all stages that opened, and of the stage.',
      ),
    own: z.number(),
    canStop: z.boolean(),
    canPass: z.boolean(),
    smallest: z
      .number()
      .optional()
      .describe('Smallest true share of devices, or loss in Brier points, that it notices with 95 % chance.'),
    devicesToStop: z.number().optional(),
    devicesToPass: z.number().optional(),
    sentence: z.string(),
  })
  .meta({ id: 'GateForecast', description: 'What one gate can tell of one stage, by its deadline.' });

export const stageForecast = z
  .object({
    name: z.string(),
    selected: z.number(),
    gates: z.array(gateForecast),
    devices: z.number(),
    online: z.number(),
    opensAfterMs: durationMs.describe(
      'When it opens if every stage before it takes as long as it is likely to, from now; 0: it is open, or next; ms.',
    ),
    within: z
      .object({
        hour: z.number(),
        day: z.number(),
        week: z.number(),
      })
      .describe('Expected share that has been in contact, at a moment at which it may be given the release.'),
    halfAfterMs: durationMs
      .optional()
      .describe(
        'From its opening until half, and nine in ten, will have had a chance, rate included; undefined: not within 14 days; ms.',
      ),
    ninetyAfterMs: durationMs.optional(),
    servingMs: durationMs.describe('What `perHour` alone takes, in hours at which the window is open; 0 without; ms.'),
    soakMs: durationMs,
    likelyMs: durationMs.describe(
      'Until nine in ten had their chance, or the deadline, and the soak. Time that people take to approve is not in it; ms.',
    ),
    byDeadline: z.number().describe('Devices expected to have had a chance by its deadline.'),
    unknown: z.number().describe('Of devices that are away, no past day tells when they come.'),
    silent: z.array(z.string()).describe('Not heard from for 30 days, or never.'),
  })
  .meta({ id: 'StageForecast' });

export const bytesForecast = z
  .object({
    devices: z.number(),
    model: z.number(),
    metadata: z.number(),
    protocol: z.number(),
    total: z.number(),
    cost: z.number().describe('Sum over the sites whose price is known.'),
    unpriced: z
      .object({
        devices: z.number(),
        bytes,
      })
      .describe('Devices on sites whose price nobody wrote down, and what they cost their links.'),
    sites: z
      .array(
        z.object({
          site: z.string(),
          devices: z.number(),
          bytes,
          costPerMb: z.number().nullable(),
          cost: z.number().nullable(),
        }),
      )
      .describe('The dearest first, then the largest.'),
    over: z
      .array(
        z.object({
          device: z.string(),
          site: z.string(),
          usedBytes: bytes,
          limitBytes: bytes,
          needsBytes: bytes,
        }),
      )
      .describe('Devices whose limit of this month, UTC, it would exceed.'),
    back: z
      .object({
        devices: z.number(),
        fetching: z.number(),
        model: z.number(),
      })
      .describe('Going back: bytes of models for those that do not run the predecessor now.'),
  })
  .meta({ id: 'BytesForecast' });

export const deviceBytes = z
  .object({
    model: z
      .number()
      .describe('Of the payload; 0 where the very bytes run already, or the device has been given them.'),
    metadata: z
      .number()
      .describe('Assignment, timestamp, snapshot and line metadata; fewer where the device holds the newest.'),
    protocol: z.number().describe('Requests for blocks of ≤ 64 KB, frames, topics, MQTT, and the reports on the way.'),
    total: z.number(),
  })
  .meta({ id: 'DeviceBytes', description: 'What one device costs its link, without TCP and TLS.' });

export const deviceForecast = z
  .object({
    device: z.string(),
    site: z.string(),
    profile: z.string(),
    stage: z.string().nullable().describe('Name of the stage that draws it; null: none does.'),
    variant: z.string().nullable(),
    payloadBytes: bytes.nullable(),
    unfit: z.string().nullable(),
    bytes: deviceBytes,
    lastSeenAt: ms.nullable(),
  })
  .meta({
    id: 'DeviceForecast',
    description: 'One device: what it gets and what that costs its link, or why nothing fits it.',
  });

export const forecastView = z
  .object({
    at: ms,
    line: z.string(),
    version: z.string(),
    warnings: z.array(forecastWarning).describe('The worst first.'),
    fit: forecastFit,
    parts: z.array(forecastPart),
    stages: z.array(stageForecast),
    bytes: bytesForecast,
    devices: z.array(deviceForecast).optional().describe('Left out where nobody asked for it.'),
  })
  .meta({
    id: 'Forecast',
    description:
      'What a rollout would mean if it started now: nothing of it is certain, and all of it is from what is known.',
  });
