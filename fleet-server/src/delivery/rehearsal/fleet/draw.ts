import type { Chance } from '@plumbline/shared/testing/world';
import type { Scenario } from '../scenario/scenario.ts';
import type { Inventory } from './inventory.ts';

export interface DrawnSite {
  id: string;
  zone: string;
  region: string;
  isQuiet: boolean;
  /** Its gateways are switched off at night. */
  sleeps: boolean;
}

/** One simulated device, with everything that chance has decided about it. */
export interface DrawnDevice {
  id: string;
  site: string;
  profile: string;
  agent: string;
  tags: string[];
  /** The real device it was drawn after. */
  like: string | undefined;
  hasPredecessor: boolean;
  isOffline: boolean;
  /** The candidate fails on it, if it fails on a share of devices. */
  isAiling: boolean;
  /** By number of the failure in the scenario. */
  failures: number[];
}

export interface DrawnFleet {
  sites: DrawnSite[];
  devices: DrawnDevice[];
}

/** Agents of this version stand at the devices of a scenario. */
const AGENT = '0.1.0';

/** Draws devices from the inventory, or from the words of the scenario where there is none. */
export function drawFleet(
  scenario: Scenario,
  { inventory, count, chance }: { inventory: Inventory | undefined; count: number; chance: Chance },
): DrawnFleet {
  const hasInventory = inventory !== undefined && inventory.devices.length > 0;
  const plain = hasInventory
    ? drawnFrom(inventory, count, chance.branch('inventory'))
    : made(scenario, count, chance.branch('devices'));
  const siteIds = [...new Set(plain.map(({ site }) => site))].toSorted();
  const known = new Map(inventory?.sites.map((site) => [site.id, site]));
  const { traffic, night, candidate, devices, failures } = scenario;
  const quiet = chosen(siteIds, traffic.quietSites, chance.branch('quiet'));
  const sleeping = chosen(siteIds, night?.share ?? 0, chance.branch('night'));
  const ids = plain.map(({ id }) => id);
  const first = chosen(ids, devices.withoutPredecessor, chance.branch('first installs'));
  const offline = chosen(ids, devices.offline, chance.branch('offline'));
  const ailing = chosen(ids, candidate.fails?.share ?? 0, chance.branch('ailing'));
  const failing = failures.map(({ share }, i) => chosen(ids, share, chance.branch(`failure ${i}`)));
  return {
    sites: siteIds.map((id, i) => ({
      id,
      zone: (hasInventory ? known.get(id)?.zone : devices.zones[i % devices.zones.length]) ?? 'UTC',
      region: known.get(id)?.region ?? '',
      isQuiet: quiet.has(id),
      sleeps: sleeping.has(id),
    })),
    devices: plain.map((device) => ({
      ...device,
      hasPredecessor: !first.has(device.id),
      isOffline: offline.has(device.id),
      isAiling: ailing.has(device.id),
      failures: failing.flatMap((concerned, i) => (concerned.has(device.id) ? [i] : [])),
    })),
  };
}

type Plain = Pick<DrawnDevice, 'id' | 'site' | 'profile' | 'agent' | 'tags' | 'like'>;

/** Nobody twice before everybody once. */
function drawnFrom(inventory: Inventory, count: number, chance: Chance): Plain[] {
  const drawn: Plain[] = [];
  while (drawn.length < count) {
    for (const { id, site, profile, agent, tags } of shuffled(inventory.devices, chance)) {
      if (drawn.length < count) drawn.push({ id: idOf(drawn.length), site, profile, agent, tags, like: id });
    }
  }
  return drawn;
}

function made({ devices }: Scenario, count: number, chance: Chance): Plain[] {
  const { profiles, sites } = devices;
  const ids = Array.from({ length: count }, (_, i) => idOf(i));
  const tagged = Object.entries(devices.tags).map(
    ([tag, share]) => [tag, chosen(ids, share, chance.branch(`tag ${tag}`))] as const,
  );
  return ids.map((id, i) => ({
    id,
    site: `site-${String((i % Math.min(sites, count)) + 1).padStart(3, '0')}`,
    profile: profiles[i % profiles.length] ?? '',
    agent: AGENT,
    tags: tagged.filter(([, concerned]) => concerned.has(id)).map(([tag]) => tag),
    like: undefined,
  }));
}

/** Exactly this share of them, rounded; which ones is drawn. */
export function chosen(ids: readonly string[], share: number, chance: Chance): Set<string> {
  return new Set(shuffled(ids, chance).slice(0, Math.round(ids.length * share)));
}

function shuffled<T>(all: readonly T[], chance: Chance): T[] {
  return all
    .map((one) => ({ one, at: chance.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

function idOf(number: number): string {
  return `rehearsed-${String(number + 1).padStart(4, '0')}`;
}
