import { z } from 'zod';
import { madeTokenView } from './enrolment.ts';

export const unsent = z
  .object({
    class: z.string(),
    rows: z.number(),
  })
  .describe(
    'What a device said it held and the server does not have. What it made after its last report nobody knows.',
  );

export const successionView = z
  .object({
    token: madeTokenView,
    old: z.string(),
    unsent: z
      .array(unsent)
      .describe('What the old one is known to hold that has not arrived: lost with it, unless it sends it before.'),
  })
  .meta({ id: 'Succession' });

export const deviceMoveView = z
  .object({
    token: madeTokenView,
    old: z.string(),
    unsent: z
      .array(unsent)
      .describe('What the old one is known to hold that has not arrived: lost with it, unless it sends it before.'),
    seq: z.number(),
  })
  .meta({ id: 'DeviceMove' });
