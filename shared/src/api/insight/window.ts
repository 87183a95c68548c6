import { z } from 'zod';
import { driftWindow } from '../../drift/window.ts';
import { ms } from '../units.ts';
import { findingScope } from './finding.ts';

export const mergedWindowView = z
  .object({
    scope: findingScope,
    from: ms,
    to: ms,
    devices: z.number(),
    sites: z.number(),
    window: driftWindow,
  })
  .meta({ id: 'MergedWindow', description: 'Counts of one part of the fleet over one period, exact.' });
