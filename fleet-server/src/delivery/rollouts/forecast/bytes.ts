import { downTopic, encodeFrame, MAX_BLOCK_BYTES, upTopic } from '@plumbline/shared/wire';
import { counted, listed } from '../gates/say.ts';
import { isFit, type ForecastDevice, type ForecastInput, type Warning } from './forecast-input.ts';

const MB = 2 ** 20;
/** Of MQTT around a message with its topic (fixed header, lengths, packet number), and its acknowledgement. */
const PACKET_BYTES = 9;
const PUBACK_BYTES = 4;
/** States a device reports on its way from the assignment to the proof. */
const REPORTS = 8;
const SHA256 = '0'.repeat(64);
/** Of a signed assignment of one line without settings: canonical JSON, one signature. */
const ASSIGNMENT_BYTES = 750;

/** What one device costs its link, without TCP and TLS. */
export interface DeviceBytes {
  /** Of the payload; 0 where the very bytes run already, or the device has been given them. */
  model: number;
  /** Assignment, timestamp, snapshot and line metadata; fewer where the device holds the newest. */
  metadata: number;
  /** Requests for blocks of ≤ 64 KB, frames, topics, MQTT, and the reports on the way. */
  protocol: number;
  total: number;
}

export interface BytesForecast {
  devices: number;
  model: number;
  metadata: number;
  protocol: number;
  total: number;
  /** Sum over the sites whose price is known. */
  cost: number;
  /** Devices on sites whose price nobody wrote down, and what they cost their links. */
  unpriced: { devices: number; bytes: number };
  /** The dearest first, then the largest. */
  sites: { site: string; devices: number; bytes: number; costPerMb: number | null; cost: number | null }[];
  /** Devices whose limit of this month, UTC, it would exceed. */
  over: { device: string; site: string; usedBytes: number; limitBytes: number; needsBytes: number }[];
  /** Going back: bytes of models for those that do not run the predecessor now. */
  back: { devices: number; fetching: number; model: number };
}

/** What a device downloads and sends for this release. */
export function bytesOf(one: ForecastDevice, metadata: ForecastInput['metadata']): DeviceBytes {
  if (one.isGiven || !isFit(one.fit)) return { model: 0, metadata: 0, protocol: 0, total: 0 };
  const up = upTopic(one.site, one.device, 'req').length + PACKET_BYTES + PUBACK_BYTES;
  const down = downTopic(one.site, one.device, 'blk').length + PACKET_BYTES + PUBACK_BYTES;
  const model = one.fit.sha256 === one.runningSha256 ? 0 : one.fit.payloadBytes;
  const blocks = Math.ceil(model / MAX_BLOCK_BYTES);
  // Snapshot and line metadata come as blocks, each in one.
  const exchange = REQUEST_BYTES + BLOCK_BYTES + up + down;
  const reports = REPORTS * (one.reportBytes + up);
  const protocol = (blocks + 2) * exchange + DESIRED_BYTES + down + reports;
  const documents = ASSIGNMENT_BYTES + metadata.timestamp + metadata.snapshot + metadata.line;
  return { model, metadata: documents, protocol, total: model + documents + protocol };
}

/** Lengths of real frames, but for what they carry. */
const REF = { ref: { sha256: SHA256 }, offset: 16 * MB };
const REQUEST_BYTES = encodeFrame({ ...REF, length: MAX_BLOCK_BYTES }).length;
const BLOCK_BYTES = encodeFrame({ ...REF, bytes: new Uint8Array(1000) }).length - 1000 + 2;
const DESIRED_BYTES = encodeFrame({ assignment: new Uint8Array(1000), timestamp: new Uint8Array(1000) }).length - 2000;

/** Bytes and cost of all devices that some stage draws, by site and against their limits. */
export function forecastBytes({ devices, sites, metadata }: ForecastInput): BytesForecast {
  const bySite = new Map<string, BytesForecast['sites'][number]>();
  const sum = { devices: 0, model: 0, metadata: 0, protocol: 0, total: 0 };
  const over: BytesForecast['over'] = [];
  const back = { devices: 0, fetching: 0, model: 0 };
  for (const one of devices) {
    if (one.stage === undefined || !isFit(one.fit)) continue;
    const bytes = bytesOf(one, metadata);
    sum.devices += 1;
    for (const part of ['model', 'metadata', 'protocol', 'total'] as const) sum[part] += bytes[part];
    const costPerMb = sites.get(one.site)?.costPerMb ?? null;
    const own = bySite.get(one.site) ?? { site: one.site, devices: 0, bytes: 0, costPerMb, cost: null };
    own.devices += 1;
    own.bytes += bytes.total;
    bySite.set(one.site, own);
    const { usedBytes, limitBytes } = one.link;
    if (limitBytes !== undefined && bytes.total > 0 && usedBytes + bytes.total > limitBytes) {
      over.push({ device: one.device, site: one.site, usedBytes, limitBytes, needsBytes: bytes.total });
    }
    if (one.back === undefined) continue;
    back.devices += 1;
    if (one.isGiven || one.back.sha256 === one.runningSha256) continue;
    back.fetching += 1;
    back.model += one.back.payloadBytes;
  }
  const priced = [...bySite.values()].map((one) => ({
    ...one,
    cost: one.costPerMb === null ? null : (one.bytes / MB) * one.costPerMb,
  }));
  const unknown = priced.filter(({ cost }) => cost === null);
  return {
    ...sum,
    cost: priced.reduce((total, { cost }) => total + (cost ?? 0), 0),
    unpriced: { devices: sumOf(unknown, 'devices'), bytes: sumOf(unknown, 'bytes') },
    sites: priced.toSorted((a, b) => (b.cost ?? 0) - (a.cost ?? 0) || b.bytes - a.bytes || (a.site < b.site ? -1 : 1)),
    over: over.toSorted((a, b) => (a.device < b.device ? -1 : 1)),
    back,
  };
}

export function warnOfBytes({ over, unpriced }: BytesForecast): Warning[] {
  const warnings: Warning[] = [];
  const never = over.filter(({ needsBytes, limitBytes }) => needsBytes > limitBytes);
  const later = over.filter(({ needsBytes, limitBytes }) => needsBytes <= limitBytes);
  const say = (of: typeof over, what: string) => {
    if (of.length === 0) return;
    const sentence = `${counted(of.length, 'device')} would exceed the limit of ${of.length === 1 ? 'its link' : 'their links'} (${listed(of.map(({ device }) => device))}): ${what}`;
    warnings.push({ level: 'budget', stage: undefined, sentence });
  };
  say(never, 'a whole month is not enough; raise `linkMonthlyBytes`');
  say(later, 'they wait for the next month, or raise `linkMonthlyBytes`');
  if (unpriced.bytes > 0) {
    const sentence = `nobody wrote down what a MB costs on the sites of ${counted(unpriced.devices, 'device')} (\`plumbline sites set\`)`;
    warnings.push({ level: 'note', stage: undefined, sentence });
  }
  return warnings;
}

function sumOf<K extends string>(of: readonly Record<K, number>[], key: K): number {
  return of.reduce((sum, one) => sum + one[key], 0);
}
