import { createHash } from 'node:crypto';
import { CodedError } from '@plumbline/shared/errors';
import { createIngest } from '../../insight/telemetry/index.ts';
import { createRandom, type SeededRandom } from '../../learning/learners/index.ts';
import { record } from '../../platform/audit/index.ts';
import { devices, rowsInserter, sites, streams, type Database, type Db } from '../../platform/db/index.ts';
import { keepLines } from '../../sites/devices/index.ts';
import { hex, inventDevice, inventPrediction, inventSites, type InventedDevice } from './invent-device.ts';

export class SeedError extends CodedError<'fleet_not_empty'> {
  override readonly name = 'SeedError';
}

export interface SeedOptions {
  devices: number;
  /** Predictions over all devices. */
  rows: number;
  seed: number;
}

export interface Seeded {
  sites: number;
  devices: number;
  online: number;
  rows: number;
}

const BATCH_ROWS = 500;
const GROUP_DEVICES = 1000;
const insertDevices = rowsInserter(devices);
const insertSites = rowsInserter(sites);

/**
 * Fills a fleet for tests and for trying out the console: devices that exist in the books alone, with keys that nobody
 * holds. Predictions come in as those of real devices do. Never beside real devices: invented ones would count as theirs.
 * @throws SeedError `fleet_not_empty`
 */
export async function seedFleet(
  { database, now }: { database: Database; now: () => number },
  actor: string,
  options: SeedOptions,
  told: (rows: number) => void = () => {},
): Promise<Seeded> {
  const random = createRandom(options.seed);
  const places = inventSites(options.devices);
  const invented = Array.from({ length: options.devices }, (_, number) => {
    return inventDevice(random, number, places[Math.floor(number / 5)]!, now());
  });
  await database.transaction(async (tx) => {
    await refuseUsed(tx);
    await insertSites(
      tx,
      places.map(({ id, zone, region }) => ({
        id,
        zone,
        region,
        state: 'open',
        costPerMb: null,
        note: 'invented by plumbline seed',
        revision: 0,
        createdAt: now(),
        closingAt: null,
        deadlineAt: null,
        closedAt: null,
      })),
    );
    for (let from = 0; from < invented.length; from += GROUP_DEVICES) {
      await insertDevices(
        tx,
        invented.slice(from, from + GROUP_DEVICES).map((device) => rowOf(device, hex(random, 32), now())),
      );
    }
    for (const { id, report } of invented) if (report !== undefined) await keepLines(tx, id, report.models, now());
    await record(tx, { actor, action: 'fleet.seed', subject: 'fleet', details: { ...options } });
  });
  const rows = await sendPredictions({ database, now }, random, invented, options.rows, told);
  return {
    sites: places.length,
    devices: invented.length,
    online: invented.filter(isConnected).length,
    rows,
  };
}

async function refuseUsed(tx: Db): Promise<void> {
  const [known] = await tx.select({ id: devices.id }).from(devices).limit(1);
  const [sent] = await tx.select({ id: streams.id }).from(streams).limit(1);
  if (known === undefined && sent === undefined) return;
  throw new SeedError('fleet_not_empty', `there is a fleet already: ${known?.id ?? sent?.id}`, {
    kind: 'conflict',
    field: 'state',
    expected: 'a state folder without devices',
  });
}

/** Who is shut out is cut off. */
function isConnected({ isOnline, standing, report }: InventedDevice): boolean {
  return isOnline && standing === null && report !== undefined;
}

function rowOf(device: InventedDevice, key: string, now: number): typeof devices.$inferInsert {
  const { id, site, profile, agent, tags, standing, lastSeenAt, report } = device;
  return {
    id,
    site,
    profile,
    agent,
    publicKey: JSON.stringify({ type: 'ed25519', public: key }),
    keyId: createHash('sha256').update(key).digest('hex'),
    tags: JSON.stringify(tags),
    enrolledAt: Math.min(now, lastSeenAt ?? now) - 90 * 86_400_000,
    lastSeenAt,
    connection: isConnected(device) ? (report?.nonce ?? null) : null,
    report: report === undefined ? null : JSON.stringify(report),
    reportNonce: report?.nonce ?? null,
    reportCounter: report?.counter ?? 0,
    assignedSeq: report?.assignmentSeq ?? 0,
    standing,
    standingReason: standing === null ? null : 'invented',
    standingAt: standing === null ? null : now,
    highestSession: 1,
    certificateSerial: null,
    certificateIssuedAt: null,
    certificateNotAfter: null,
  };
}

/** Devices in turn, each with its rows of a batch in order of time. */
async function sendPredictions(
  deps: { database: Database; now: () => number },
  random: SeededRandom,
  invented: readonly InventedDevice[],
  rows: number,
  told: (rows: number) => void,
): Promise<number> {
  const heard = invented.filter(({ lastSeenAt }) => lastSeenAt !== null);
  if (heard.length === 0 || rows === 0) return 0;
  const ingest = createIngest(deps);
  let sent = 0;
  for (const [i, device] of heard.entries()) {
    const own = Math.floor((rows * (i + 1)) / heard.length) - Math.floor((rows * i) / heard.length);
    const stream = `${hex(random, 8)}-predictions`;
    for (let from = 0; from < own; from += BATCH_ROWS) {
      const batch = Array.from({ length: Math.min(BATCH_ROWS, own - from) }, (_, row): [number, unknown] => {
        const number = from + row;
        return [number + 1, inventPrediction(random, device, own - number, deps.now())];
      });
      await ingest.take({ site: device.site, device: device.id, batch: { stream, class: 'predictions', rows: batch } });
      sent += batch.length;
    }
    if (i % 500 === 0) told(sent);
  }
  await ingest.close();
  return sent;
}
