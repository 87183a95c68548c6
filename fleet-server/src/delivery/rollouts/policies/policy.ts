import { z } from 'zod';
import { deviceSettings } from '@plumbline/shared/trust';
import { stageGates } from '../gates/gates.ts';
import { freezeDates, stage, timeWindow } from '../plan/rollout-plan.ts';

/** What rollouts may take over by name. Nothing here has a default: what a policy leaves out, it leaves to the rollout. */
export const policySpec = z
  .strictObject({
    description: z.string().max(500).optional().describe('For people: when to use it.'),
    gates: stageGates
      .optional()
      .describe('Taken over gate by gate: a gate that the rollout names itself is the rollout’s alone.'),
    stages: z
      .array(stage)
      .min(1)
      .max(20)
      .optional()
      .describe('Taken over as a whole by a rollout that names no stages.'),
    window: timeWindow.optional().describe('When devices may be given something new, in the zone of their own site.'),
    freezes: z
      .array(freezeDates)
      .max(50)
      .optional()
      .describe('Days on which nothing is given out. They hold beside those that the rollout names.'),
    onFailure: z.enum(['pause', 'revert']).optional().describe('What happens when a gate fails.'),
    settings: deviceSettings.optional().describe('Sent to devices with the release; taken over setting by setting.'),
  })
  .meta({ title: 'Policy', description: 'Gates, window, freezes and stages that rollouts take over by its name.' });

/** As an operator writes it: durations may carry a unit. */
export type WrittenPolicy = z.input<typeof policySpec>;

export interface Policy {
  name: string;
  spec: WrittenPolicy;
  /** It came with the program and stays as it is. */
  isBuiltIn: boolean;
  /** 0: built in. */
  revision: number;
  /** ms; null: built in. */
  updatedAt: number | null;
  updatedBy: string | null;
}
