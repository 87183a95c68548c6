import {
  blockRequest,
  decodeMessage,
  deviceReport,
  downTopic,
  encodeFrame,
  parseTopic,
  row,
  siteRequest,
  telemetryBatch,
  type DeviceReport,
  type Row,
  type SitePage,
  type StreamClass,
} from '@plumbline/shared/wire';
import type { MemoryBroker } from './memory-broker.ts';
import { DEVICE, SITE, type Release } from './mint.ts';

/** The least that a device needs of a fleet server: acknowledges, serves blocks, remembers reports. */
export interface SmallServer {
  rows(of: StreamClass): [number, Row][];
  reports: DeviceReport[];
  /** Blocks served, by offset, in order. */
  served: number[];
  assign(assignment: Uint8Array, lines: Uint8Array[]): void;
  offer(...releases: Release[]): void;
  site(entries: SitePage['entries']): void;
  /** While false, rows are taken but nobody hears of it. */
  acknowledge(on: boolean): void;
  doubled(): number;
}

export function createSmallServer(broker: MemoryBroker): SmallServer {
  const streams = new Map<string, { class: StreamClass; high: number; rows: [number, Row][] }>();
  const payloads = new Map<string, Uint8Array>();
  const log: SitePage['entries'] = [];
  let isAcknowledging = true;
  let doubled = 0;
  const down = (channel: 'ack' | 'blk' | 'site', message: unknown) =>
    broker.publish(downTopic(SITE, DEVICE, channel), encodeFrame(message));

  const server: SmallServer = {
    reports: [],
    served: [],
    rows: (of) => [...streams.values()].filter((one) => one.class === of).flatMap((one) => one.rows),
    assign(assignment, lines) {
      broker.publish(downTopic(SITE, DEVICE, 'desired'), encodeFrame({ assignment, lines }), { retain: true });
    },
    offer(...releases) {
      for (const { assigned, payload } of releases) payloads.set(assigned.payload.sha256, payload);
    },
    site(entries) {
      log.push(...entries);
      down('site', { cursor: log.length, entries, more: false });
    },
    acknowledge(on) {
      isAcknowledging = on;
    },
    doubled: () => doubled,
  };

  const take: Record<string, (frame: Uint8Array) => void> = {
    tel(frame) {
      const batch = decodeMessage(telemetryBatch, frame);
      const known = streams.get(batch.stream) ?? { class: batch.class, high: 0, rows: [] };
      streams.set(batch.stream, known);
      for (const [seq, sent] of batch.rows) {
        if (seq <= known.high) {
          doubled += 1;
          continue;
        }
        known.rows.push([seq, row.parse(sent)]);
        known.high = seq;
      }
      if (isAcknowledging) down('ack', { stream: batch.stream, upTo: known.high, rejected: [] });
    },
    report(frame) {
      server.reports.push(decodeMessage(deviceReport, frame));
    },
    req(frame) {
      const { ref, offset, length } = decodeMessage(blockRequest, frame);
      const payload = 'sha256' in ref ? payloads.get(ref.sha256) : undefined;
      if (payload === undefined) return down('blk', { ref, offset, error: 'not_found' });
      server.served.push(offset);
      down('blk', { ref, offset, bytes: payload.slice(offset, offset + length) });
    },
    site(frame) {
      const { cursor } = decodeMessage(siteRequest, frame);
      down('site', { cursor: log.length, entries: log.slice(cursor, cursor + 500), more: false });
    },
  };
  broker.onMessage((topic, frame) => take[parseTopic(topic)?.channel ?? '']?.(frame));
  return server;
}
