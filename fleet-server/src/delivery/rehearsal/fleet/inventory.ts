import type { ReadDb } from '../../../platform/db/index.ts';
import { listDevices } from '../../../sites/devices/index.ts';
import { listedDevices, listGroups } from '../../../sites/groups/index.ts';
import { listSites } from '../../../sites/register/index.ts';

/** What selectors, windows and profiles of a plan can see of the real fleet; no key, and nothing a device has said. */
export interface Inventory {
  devices: { id: string; site: string; profile: string; agent: string; tags: string[] }[];
  sites: { id: string; zone: string; region: string }[];
  /** By selector, or by the devices somebody listed. */
  groups: { name: string; selector?: string; devices?: string[] }[];
}

/** Devices that may be given a release, at sites that are open. */
export async function readInventory(db: ReadDb, now: number): Promise<Inventory> {
  const sites = (await listSites(db)).filter((site) => site.state === 'open');
  const open = new Set(sites.map((site) => site.id));
  const devices = (await listDevices(db)).filter((device) => device.standing === 'active' && open.has(device.site));
  const groups: Inventory['groups'] = [];
  for (const { name, selector } of await listGroups(db, now)) {
    groups.push(selector === undefined ? { name, devices: await listedDevices(db, name) } : { name, selector });
  }
  return {
    groups,
    devices: devices.map(({ id, site, profile, agent, tags }) => ({ id, site, profile, agent, tags })),
    sites: sites.map(({ id, zone, region }) => ({ id, zone, region })),
  };
}
