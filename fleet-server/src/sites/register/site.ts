import type { sites } from '../../platform/db/index.ts';

/** `closing`: its devices send what they hold and wipe themselves. `archived`: nobody is there; its data stay. */
export const SITE_STATES = ['open', 'closing', 'archived'] as const;
export type SiteState = (typeof SITE_STATES)[number];

export interface SiteRecord {
  id: string;
  /** IANA name of its time zone. */
  zone: string;
  /** Empty where nobody wrote one. */
  region: string;
  state: SiteState;
  /** Of its link, in the currency of the office; null: nobody knows. */
  costPerMb: number | null;
  note: string;
  /** Where its gateway answers other devices of the site: an https origin; null: nowhere. */
  gateway: string | null;
  /** 0: the site is not in the register, devices only name it. */
  revision: number;
  /** Of its entry in the register; ms. */
  createdAt: number | null;
  closingAt: number | null;
  /** Until then its devices have time to send what they hold. */
  deadlineAt: number | null;
  closedAt: number | null;
}

export const DEFAULT_ZONE = 'UTC';

/** A site that only devices name. */
export function unwritten(id: string): SiteRecord {
  return {
    id,
    zone: DEFAULT_ZONE,
    region: '',
    state: 'open',
    costPerMb: null,
    note: '',
    gateway: null,
    revision: 0,
    createdAt: null,
    closingAt: null,
    deadlineAt: null,
    closedAt: null,
  };
}

export function readSite(row: typeof sites.$inferSelect): SiteRecord {
  // What this program did not write is no reason to send anything there.
  const state = SITE_STATES.find((one) => one === row.state) ?? 'archived';
  return { ...row, state };
}
