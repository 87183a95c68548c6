import { z } from 'zod';
import { getSite, putSite, SiteError, zoneNamed } from '../../../sites/register/index.ts';
import type { DeclaredKind } from './kind.ts';

const zone = z
  .string()
  .max(64)
  .transform((text, context) => {
    const named = zoneNamed(text);
    if (named === undefined)
      context.addIssue({ code: 'custom', message: 'expected an IANA name such as Europe/Berlin' });
    return named ?? text;
  });

/** What is left out stays as it is. */
const spec = z
  .strictObject({
    zone: zone.optional().describe('IANA name of its time zone; windows and freezes of rollouts are in it.'),
    region: z.string().trim().max(64).optional().describe('A word that selectors may ask for.'),
    costPerMb: z
      .number()
      .min(0)
      .max(1_000_000)
      .nullable()
      .optional()
      .describe('Of its link, in the currency of the office; null: unknown.'),
    gateway: z
      .string()
      .max(256)
      .nullable()
      .optional()
      .describe('Where its gateway answers the tablets of the site: an https origin; null: nowhere.'),
    note: z.string().trim().max(500).optional().describe('One line for people.'),
  })
  .meta({
    title: 'Site',
    description: 'A building site of the register, by its name. What is left out stays as it is.',
  });

type SiteSpec = z.infer<typeof spec>;

export const site: DeclaredKind<SiteSpec> = {
  kind: 'Site',
  schema: spec,
  async read(db, name, wanted) {
    const known = await getSite(db, name).catch((error: unknown) => {
      if (error instanceof SiteError && error.code === 'site_unknown') return undefined;
      throw error;
    });
    // Devices that name a site do not put it into the register.
    if (known === undefined || known.revision === 0) return undefined;
    return Object.fromEntries(Object.keys(wanted).map((field) => [field, known[field as keyof SiteSpec]]));
  },
  async write(tx, { actor }, { name, spec: wanted }) {
    await putSite(tx, actor, { id: name, ...wanted });
  },
};
