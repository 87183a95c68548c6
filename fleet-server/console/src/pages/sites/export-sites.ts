import { cursorIn, everyRow } from '../../api/by-pages.ts';
import { answered, api } from '../../api/client.ts';
import { download, toCsv } from '../../parts/tables/csv.ts';
import type { ListedSite, SiteFilter } from './site-of.ts';

const HEADER = [
  'site',
  'state',
  'region',
  'zone',
  'devicesOnline',
  'devices',
  'costPerMb',
  'note',
  'closingSince',
  'deadline',
  'archived',
];

/** Every site that the filter finds, also those that the page has not loaded. */
export async function exportSites(filter: SiteFilter): Promise<void> {
  const all = await everyRow(
    (cursor) =>
      answered(api.GET('/api/v1/sites', { params: { query: { ...filter, limit: 500, ...cursorIn(cursor) } } })),
    ({ sites }) => sites,
  );
  download('sites.csv', toCsv(HEADER, all.map(rowOf)));
}

function rowOf({ id, state, region, zone, devices, costPerMb, note, ...times }: ListedSite): unknown[] {
  const { closingAt, deadlineAt, closedAt } = times;
  const at = [closingAt, deadlineAt, closedAt].map((one) => (one === null ? '' : new Date(one).toISOString()));
  return [id, state, region, zone, devices.online, devices.total, costPerMb, note, ...at];
}
