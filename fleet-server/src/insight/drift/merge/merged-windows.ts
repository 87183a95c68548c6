import type { DriftWindow } from '@plumbline/shared/drift';
import type { ReadDb } from '../../../platform/db/index.ts';
import { listDays, mergeAll, type DeviceDay } from './device-days.ts';
import { belongingsOf } from './scopes.ts';

export const SCOPES = ['fleet', 'group', 'profile', 'site', 'device'] as const;

export interface WindowQuery {
  line: string;
  version: string;
  /** Periods that begin in [from, to), ms. */
  from: number;
  to: number;
  by: (typeof SCOPES)[number];
  /** Only this one of them. */
  id?: string | undefined;
  /** One window for all of the time instead of one a period. */
  whole?: boolean | undefined;
}

/** Counts of one part of the fleet over one period, exact. */
export interface MergedWindow {
  scope: { of: (typeof SCOPES)[number]; id: string };
  from: number;
  to: number;
  devices: number;
  sites: number;
  window: DriftWindow;
}

/** What devices counted, added up by part of the fleet and period; a group overlaps others. Quarantined days are left out. */
export async function mergedWindows(db: ReadDb, query: WindowQuery): Promise<MergedWindow[]> {
  const { by, id, whole = false } = query;
  const days = (await listDays(db, query, query)).filter(({ quarantined }) => !quarantined);
  const belongings = await belongingsOf(db, [...new Set(days.map(({ device }) => device))]);
  const parts = new Map<string, { id: string; days: DeviceDay[] }>();
  for (const day of days) {
    const own = belongings.get(day.device);
    const names = {
      fleet: [''],
      group: own?.groups ?? [],
      profile: own?.profile === undefined ? [] : [own.profile],
      site: [day.site],
      device: [day.device],
    }[by];
    for (const name of names) {
      if (id !== undefined && name !== id) continue;
      const key = `${whole ? '' : `${day.fromAt} ${day.toAt}`}\n${name}`;
      const known = parts.get(key);
      if (known === undefined) parts.set(key, { id: name, days: [day] });
      else known.days.push(day);
    }
  }
  return [...parts.values()].map(({ id: name, days: own }) => {
    const window = mergeAll(own.map((day) => day.window));
    return {
      scope: { of: by, id: name },
      from: window.from,
      to: window.to,
      devices: new Set(own.map(({ device }) => device)).size,
      sites: new Set(own.map(({ site }) => site)).size,
      window,
    };
  });
}
