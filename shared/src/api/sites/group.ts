import { z } from 'zod';
import { ms } from '../units.ts';

export const groupView = z
  .object({
    name: z.string(),
    kind: z.enum(['selector', 'list']),
    selector: z.string().optional(),
    note: z.string(),
    revision: z.number(),
    createdAt: ms,
    updatedAt: ms,
    updatedBy: z.string(),
  })
  .meta({ id: 'Group', description: 'Devices under one name; `selector` is undefined where a person keeps the list.' });

export const standingReleaseView = z
  .object({
    group: z.string(),
    line: z.string(),
    version: z.string(),
    setAt: ms,
    setBy: z.string(),
  })
  .meta({ id: 'StandingRelease' });

export const groupSummaryView = groupView
  .extend({
    count: z.number().describe('Members now; `eligible` of them are in good standing on open sites.'),
    eligible: z.number(),
    standing: z.array(standingReleaseView),
  })
  .meta({ id: 'GroupSummary' });

export const selectorPreviewView = z
  .object({
    selector: z.string().describe('As it was understood, with every bracket it needs.'),
    count: z.number(),
    eligible: z.number().describe('Of them, in good standing on open sites: those a rollout would reach.'),
    devices: z.array(z.string()).describe('The first by name.'),
    bySite: z.array(
      z.object({
        site: z.string(),
        count: z.number(),
      }),
    ),
    byProfile: z.array(
      z.object({
        profile: z.string(),
        count: z.number(),
      }),
    ),
  })
  .meta({ id: 'SelectorPreview' });

export const groupMembersView = z
  .object({
    devices: z.array(z.string()).describe('Names of members, in order.'),
    next: z.string().nullable().describe('Cursor of the page that follows; null: this is the last.'),
  })
  .meta({ id: 'GroupMembers' });
