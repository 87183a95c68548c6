import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import {
  createBroker,
  createChance,
  createWeather,
  type Chance,
  type SimulatedBroker,
  type Weather,
} from '@plumbline/shared/testing/world';
import { keyId } from '@plumbline/shared/trust';
import { devices as deviceTable } from '../../../platform/db/index.ts';
import { assignRelease } from '../../../sites/devices/index.ts';
import { putSite } from '../../../sites/register/index.ts';
import { drawFleet, type DrawnFleet } from '../fleet/draw.ts';
import type { Inventory } from '../fleet/inventory.ts';
import { regroup } from '../fleet/regroup.ts';
import { standInBundle, type StandInBundle } from '../release/bundle.ts';
import { drawKeys } from '../release/desk.ts';
import { candidateModel, championModel } from '../release/models.ts';
import type { ReleasePair } from '../release/variant.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { createRehearsedDevice, type RehearsedDevice } from './device.ts';
import { createMeter, type Meter } from './meter.ts';
import { openRepository } from './publish.ts';
import { openRehearsalServer, type Attach, type Attached, type RehearsalServer } from './server.ts';
import { createSettler } from './settle.ts';
import { createTraffic, type Traffic } from './traffic.ts';

export interface WorldInput {
  scenario: Scenario;
  release: ReleasePair;
  inventory: Inventory | undefined;
  count: number;
  seed: number;
}

/** A fleet with its server and the network between them; everything in it follows from the seed. */
export interface World {
  clock: VirtualClock;
  chance: Chance;
  broker: SimulatedBroker;
  server: RehearsalServer & { attached: Attached };
  fleet: DrawnFleet;
  devices: readonly RehearsedDevice[];
  meters: ReadonlyMap<string, Meter>;
  traffic: Traffic;
  weatherOf: { site: (site: string) => Weather; device: (device: string) => Weather };
  /** Lets the fleet come up on the model in force, and publishes the candidate: the moment before a rollout. */
  warmUp(): Promise<void>;
  end(): Promise<void>;
}

/** How long a fleet lives on its predecessor before the rollout: it has installed it, proved it, and is used to it. */
const WARM_UP_MS = 2 * 3_600_000;
const BOOT_WITHIN_MS = 600_000;
const CANDIDATE_COUNTER = 2;
/** What lets a first install be over within the warm-up, on quiet sites too. */
const FIRST_SETTINGS = { proveRecords: 1, proveTimeoutMs: 600_000 };

export async function openWorld(attach: Attach, input: WorldInput): Promise<World> {
  const { scenario, release, inventory, count, seed } = input;
  const startsAt = Date.parse(scenario.startsAt);
  const chance = createChance(seed);
  const settler = createSettler(() => rest());
  const clock = createVirtualClock(startsAt - WARM_UP_MS, { settle: settler.settle });
  const fleet = drawFleet(scenario, { inventory, count, chance: chance.branch('fleet') });
  const weatherOf = weathers(fleet, scenario.link);
  const weather = { ...createWeather(), ...weatherIn(scenario.link) };
  const network = chance.branch('network');
  const broker = createBroker({ clock, weather, weatherOf: weatherOf.device, chance: network, note: () => undefined });
  const keys = drawKeys(chance.branch('keys'));
  const bundles = await bundlesOf(input, keys.desk.builder);
  const payloads = new Map(
    [...bundles.predecessor, ...bundles.candidate].map((one) => [one.payload.sha256, one.archive]),
  );
  const { desk } = keys;
  const payload = (sha256: string) => payloads.get(sha256);
  const server = await openRehearsalServer({
    clock,
    simulated: broker,
    desk,
    attach,
    payload,
    touched: settler.touched,
  });
  const rest = async () => {
    await server.attached.idle();
    await server.dispatcher.settled();
  };
  const repository = await openRepository(server, keys, release.line);
  const first = { version: release.predecessor.version, counter: 1, predecessor: null, bundles: bundles.predecessor };
  await repository.publish(first);
  const meters = new Map(fleet.devices.map((drawn) => [drawn.id, createMeter()]));
  const { fails } = scenario.candidate;
  const devices = fleet.devices.map((drawn) => {
    const ailment = fails && drawn.isAiling ? { how: fails.how, version: release.candidate.version } : undefined;
    const own = chance.branch(`device ${drawn.id}`);
    const meter = meters.get(drawn.id) ?? createMeter();
    return createRehearsedDevice({ clock, chance: own, broker, meter, root: repository.offline.root, ailment }, drawn);
  });
  const trafficChance = chance.branch('traffic');
  const traffic = createTraffic({ clock, chance: trafficChance, server, line: release.line, fleet, devices, scenario });
  await register(server, fleet, devices);
  await regroup(server, fleet, inventory?.groups ?? []);
  await server.dispatcher.start();

  return {
    clock,
    chance,
    broker,
    server,
    fleet,
    devices,
    meters,
    traffic,
    weatherOf,
    async warmUp() {
      await traffic.plan();
      const boots = chance.branch('boots');
      for (const device of devices) {
        device.enrol();
        clock.after(boots.integer(0, BOOT_WITHIN_MS), device.boot);
      }
      for (const { drawn } of devices.filter((device) => device.drawn.hasPredecessor)) {
        const order = { device: drawn.id, line: release.line, version: first.version, cause: 'rehearsal' };
        await server.database.transaction((tx) =>
          assignRelease(tx, server, 'rehearsal', { ...order, settings: FIRST_SETTINGS }),
        );
      }
      await server.attached.republish();
      await clock.advance(WARM_UP_MS / 2);
      for (const device of devices) void traffic.remember(device);
      await clock.advance(WARM_UP_MS / 2);
      await repository.publish({
        version: release.candidate.version,
        counter: CANDIDATE_COUNTER,
        predecessor: first.version,
        bundles: bundles.candidate,
      });
      await clock.advance(0);
      for (const meter of meters.values()) meter.reset();
    },
    async end() {
      for (const device of devices) device.powerCut(Number.MAX_SAFE_INTEGER);
      await rest();
      await server.dispatcher.stop();
      await server.ingest.close();
      await server.database.close();
    },
  };
}

async function bundlesOf(
  { scenario, release }: WorldInput,
  builder: Parameters<typeof standInBundle>[1],
): Promise<{ predecessor: StandInBundle[]; candidate: StandInBundle[] }> {
  const { line, predecessor, candidate } = release;
  const made = (of: typeof candidate, model: ReturnType<typeof championModel>, referenceShift: number) =>
    Promise.all(
      of.variants.map((variant) =>
        standInBundle({ line, version: of.version, variant, model, referenceShift }, builder),
      ),
    );
  const faults = scenario.candidate;
  return {
    predecessor: await made(predecessor, championModel(predecessor.version), 0),
    candidate: await made(candidate, candidateModel(candidate.version, faults), faults.drifts?.by ?? 0),
  };
}

async function register(
  server: RehearsalServer,
  fleet: DrawnFleet,
  devices: readonly RehearsedDevice[],
): Promise<void> {
  const rows = await Promise.all(
    devices.map(async ({ drawn, crypto }) => {
      const publicKey = await crypto.devicePublicKey();
      return {
        id: drawn.id,
        site: drawn.site,
        profile: drawn.profile,
        agent: drawn.agent,
        publicKey: JSON.stringify(publicKey),
        keyId: keyId(publicKey),
        tags: JSON.stringify(drawn.tags),
        enrolledAt: server.now(),
        reportCounter: 0,
        assignedSeq: 0,
      };
    }),
  );
  await server.database.transaction(async (tx) => {
    for (const { id, zone, region } of fleet.sites) await putSite(tx, 'rehearsal', { id, zone, region });
    for (const row of rows) await tx.insert(deviceTable).values(row);
  });
}

function weatherIn({ kbps, latencyMs, jitterMs, dropRate }: Scenario['link']): Partial<Weather> {
  return { latencyMs, jitterMs, bitsPerSecond: kbps * 1000, drop: dropRate };
}

/** A site has one link; a device that is never heard from has one of its own. */
function weathers(fleet: DrawnFleet, link: Scenario['link']): World['weatherOf'] {
  const made = () => ({ ...createWeather(), ...weatherIn(link) });
  const bySite = new Map(fleet.sites.map((site) => [site.id, made()]));
  const byDevice = new Map(
    fleet.devices.map(({ id, site, isOffline }) => [id, isOffline ? made() : (bySite.get(site) ?? made())]),
  );
  const spare = made();
  return { site: (site) => bySite.get(site) ?? spare, device: (device) => byDevice.get(device) ?? spare };
}
