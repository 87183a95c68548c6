import { z } from 'zod';
import { ms } from '../units.ts';
import { unsent } from './succession.ts';

export const siteView = z
  .object({
    id: z.string(),
    zone: z.string().describe('IANA name of its time zone.'),
    region: z.string().describe('Empty where nobody wrote one.'),
    state: z.enum(['open', 'closing', 'archived']),
    costPerMb: z.number().nullable().describe('Of its link, in the currency of the office; null: nobody knows.'),
    note: z.string(),
    gateway: z.string().nullable().describe('Where its gateway answers the tablets of the site: an https origin.'),
    revision: z.number().describe('0: the site is not in the register, devices only name it.'),
    createdAt: ms.nullable().describe('Of its entry in the register; ms.'),
    closingAt: ms.nullable(),
    deadlineAt: ms.nullable().describe('Until then its devices have time to send what they hold; ms since epoch, UTC.'),
    closedAt: ms.nullable(),
  })
  .meta({ id: 'Site' });

const devicesOf = z.number().int().nonnegative();

export const listedSiteView = siteView
  .extend({
    devices: z
      .object({
        online: devicesOf.describe('Connected now.'),
        total: devicesOf.describe('All that may speak.'),
        shutOut: devicesOf.describe('Revoked, or in quarantine.'),
      })
      .describe('How many devices it has.'),
  })
  .meta({ id: 'ListedSite' });

export const sitePageView = z
  .object({
    sites: z.array(listedSiteView),
    next: z.string().nullable().describe('Cursor of the page that follows; null: this is the last.'),
    total: devicesOf.describe('Of everything that the filter finds.'),
    regions: z.array(z.string()).describe('Every region that is written of a site, by name.'),
  })
  .meta({ id: 'SitePage' });

export const deviceEnd = z
  .enum(['quarantined', 'draining', 'wiped', 'revoked', 'told', 'stays', 'silent'])
  .describe(
    'How far a device of a closing site has come. `told`: it is connected and has not answered; `silent`: it is not connected and has not answered; `quarantined`: it is shut out and was told nothing.',
  );

export const siteDevice = z
  .object({
    device: z.string(),
    end: deviceEnd,
    reason: z.string().optional(),
    lastSeenAt: ms.nullable(),
    online: z.boolean(),
    unsent: z
      .array(unsent)
      .describe('Rows it still held when it last said so, by class; what it made since nobody knows.'),
  })
  .meta({ id: 'SiteDevice' });

export const siteDetailsView = siteView
  .extend({
    devices: z.array(siteDevice),
  })
  .meta({ id: 'SiteDetails' });

export const siteClosingView = z
  .object({
    site: siteView,
    ordered: z.array(z.string()),
  })
  .meta({ id: 'SiteClosing' });

export const siteArchivingView = z
  .object({
    site: siteView,
    forced: z.array(siteDevice),
  })
  .meta({ id: 'SiteArchiving' });

export const siteReopeningView = z
  .object({
    site: siteView,
    stay: z.array(z.string()),
  })
  .meta({ id: 'SiteReopening' });
