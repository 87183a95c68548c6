import { z } from 'zod';
import { bytes } from '../units.ts';
import { rolloutPlan } from './plan.ts';

export const rehearsalInventory = z
  .object({
    devices: z.array(
      z.object({
        id: z.string(),
        site: z.string(),
        profile: z.string(),
        agent: z.string(),
        tags: z.array(z.string()),
      }),
    ),
    sites: z.array(
      z.object({
        id: z.string(),
        zone: z.string(),
        region: z.string(),
      }),
    ),
    groups: z
      .array(
        z.object({
          name: z.string(),
          selector: z.string().optional(),
          devices: z.array(z.string()).optional(),
        }),
      )
      .describe('By selector, or by the devices somebody listed.'),
  })
  .meta({
    id: 'RehearsalInventory',
    description:
      'What selectors, windows and profiles of a plan can see of the real fleet; no key, and nothing a device has said.',
  });

export const releaseVariant = z
  .object({
    variant: z.string(),
    needs: z.object({
      opsets: z.record(z.string(), z.number()),
      operators: z.array(z.string()),
      memoryMb: z.number().optional(),
    }),
    profiles: z.array(z.string()),
    payloadBytes: bytes,
  })
  .meta({ id: 'ReleaseVariant' });

export const releasePair = z
  .object({
    line: z.string(),
    candidate: z.object({
      version: z.string(),
      variants: z.array(releaseVariant),
    }),
    predecessor: z.object({
      version: z.string(),
      variants: z.array(releaseVariant),
    }),
  })
  .meta({ id: 'ReleasePair', description: 'A candidate and the version it would take the place of.' });

export const rehearsalMaterialView = z
  .object({
    plan: rolloutPlan,
    inventory: rehearsalInventory,
    release: releasePair
      .optional()
      .describe('Undefined where the version is not known here: the scenario says how long it travels.'),
  })
  .meta({
    id: 'RehearsalMaterial',
    description: 'What a rehearsal takes from the real fleet: all of it is copied, and nothing finds its way back.',
  });
