import type { DeviceState } from '../../sites/devices/index.ts';
import type { SiteRecord } from '../../sites/register/index.ts';

/**
 * How a site stands: `archived` and `closing` as the register says; of the others `empty` without a device that may
 * speak, `silent` where none of them is connected, `failing` where one is connected and failing, `partly` where some
 * are connected, `online` where all are.
 */
export const SITE_STANDINGS = ['online', 'partly', 'failing', 'silent', 'empty', 'closing', 'archived'] as const;
export type SiteStanding = (typeof SITE_STANDINGS)[number];

export function standingsOf(
  sites: readonly SiteRecord[],
  counts: readonly { site: string; states: Record<DeviceState, number> }[],
): { total: number; byStanding: Record<SiteStanding, number> } {
  const statesOf = new Map(counts.map(({ site, states }) => [site, states]));
  const byStanding = { online: 0, partly: 0, failing: 0, silent: 0, empty: 0, closing: 0, archived: 0 };
  for (const site of sites) byStanding[standingOf(site, statesOf.get(site.id))] += 1;
  return { total: sites.length, byStanding };
}

function standingOf({ state }: SiteRecord, states: Record<DeviceState, number> | undefined): SiteStanding {
  if (state !== 'open') return state;
  if (states === undefined) return 'empty';
  const connected = states.online + states.failing;
  const away = states.offline + states['never-seen'];
  if (connected + away === 0) return 'empty';
  if (connected === 0) return 'silent';
  if (states.failing > 0) return 'failing';
  return away > 0 ? 'partly' : 'online';
}
