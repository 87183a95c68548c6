import { z } from 'zod';
import { automationStopView } from '../learning/retraining.ts';
import { rolloutStatus, stageStatus } from '../delivery/state.ts';
import { freezeView } from '../sites/freeze.ts';
import { ms } from '../units.ts';

const number = z.number().int().nonnegative();

const runningRollout = z
  .object({
    id: z.string(),
    name: z.string().nullable().describe('Under which a file declares it.'),
    line: z.string(),
    version: z.string(),
    status: rolloutStatus,
    stage: z.number().int().describe('From 0; -1 before the first opens.'),
    stages: number,
    stageName: z.string().nullable(),
    stageStatus,
    asks: z.boolean().describe('It cannot decide by itself and has asked a person.'),
    since: ms,
  })
  .meta({ id: 'RunningRollout' });

const waitingModel = z.object({
  line: z.string(),
  version: z.string().nullable().describe('Null for a renewal.'),
  kind: z.string(),
  createdAt: ms,
});

export const overviewView = z
  .object({
    at: ms,
    devices: z.object({
      total: number,
      byState: z
        .object({
          online: number,
          failing: number,
          offline: number,
          'never-seen': number,
          quarantined: number,
          revoked: number,
        })
        .describe('Each device once, by the state that the list of devices shows.'),
      toApprove: number.describe('That have asked and wait for a person to let them in.'),
    }),
    sites: z.object({
      total: number,
      byStanding: z
        .object({
          online: number.describe('Every device that may speak is connected.'),
          partly: number.describe('Some are connected.'),
          failing: number.describe('One is connected and failing.'),
          silent: number.describe('None is connected.'),
          empty: number.describe('No device that may speak.'),
          closing: number,
          archived: number,
        })
        .describe('Each site once.'),
    }),
    predictions: z.object({
      from: ms.describe('Midnight, UTC; ms since epoch.'),
      today: number.describe('Predictions made since then, by the clock of whoever made them, that have arrived.'),
    }),
    alerts: z.object({
      open: number,
      unacknowledged: number,
      bySeverity: z.object({ critical: number, warning: number, notice: number }),
    }),
    rollouts: z.array(runningRollout).describe('Awaiting approval, running or paused; the newest first.'),
    drift: z
      .array(z.object({ line: z.string(), version: z.string(), findings: number, since: ms }))
      .describe('Lines with alarms that last: how many, and since when the oldest of them does.'),
    approvals: z.object({
      models: z.array(waitingModel).describe('Drafts that wait for their second signature, oldest first.'),
      rollouts: number.describe('Rollouts of which a person opens the next stage.'),
    }),
    freeze: freezeView.nullable().describe('The brake over the whole fleet; null while it is off.'),
    automationStop: automationStopView.nullable().describe('Why nothing begins by itself; null while everything may.'),
  })
  .meta({ id: 'Overview' });
