import { answered, api } from '../../api/client.ts';
import { download, toCsv } from '../../parts/tables/csv.ts';
import type { DeviceFilter, DevicePage, ListedDevice } from './device-of.ts';

const HEADER = ['device', 'state', 'site', 'profile', 'agent', 'runs', 'update', 'tags', 'lastSeen', 'enrolled'];
const PAGE = 500;

/** Everything that the filter finds, not only what is loaded. */
export async function exportDevices(filter: DeviceFilter): Promise<void> {
  download('devices.csv', toCsv(HEADER, (await allDevices(filter)).map(rowOf)));
}

/** Every device that a filter finds, page by page. */
export async function allDevices(filter: DeviceFilter): Promise<ListedDevice[]> {
  const devices: ListedDevice[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: DevicePage = await pageAfter(filter, cursor);
    devices.push(...page.devices);
    cursor = page.next;
  }
  return devices;
}

function pageAfter(filter: DeviceFilter, cursor: string | undefined): Promise<DevicePage> {
  const query = { ...filter, limit: PAGE, ...(cursor !== undefined && { cursor }) };
  return answered(api.GET('/api/v1/devices', { params: { query } }));
}

function rowOf({ id, state, site, profile, agent, report, tags, lastSeenAt, enrolledAt }: ListedDevice): unknown[] {
  const models = report?.models ?? [];
  return [
    id,
    state,
    site,
    profile,
    agent,
    models.map(({ model, running }) => `${model}@${running?.version ?? ''}`).join(' '),
    models.map((one) => one.state).join(' '),
    tags.join(' '),
    lastSeenAt === null ? '' : new Date(lastSeenAt).toISOString(),
    new Date(enrolledAt).toISOString(),
  ];
}
