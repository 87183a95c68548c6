import { z } from 'zod';

/** What a stage says in a plan and in the policy it came from. */
export const stageFields = {
  name: z.string(),
  size: z
    .union([z.object({ percent: z.number() }), z.object({ count: z.number() })])
    .describe('Counted over everything that is selected: 10 % and then 100 % add 10 % and then the rest.'),
  group: z
    .string()
    .optional()
    .describe('A group by its name, or a selector over the inventory; neither means every device.'),
  selector: z.string().optional(),
  perHour: z.number().optional().describe('Devices that are given the release in an hour at most.'),
  underWay: z.number().optional().describe('Devices that have been given it and have not decided, at most.'),
};

export const SOAK = 'How long every gate must go on passing before the next stage opens.';
export const DEADLINE = 'An inconclusive stage asks a person after that.';
export const APPROVAL = 'A person other than the author opens it.';
export const OWN_GATES = 'Gates that differ from those of the rollout, one by one.';

export const days = z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']));
