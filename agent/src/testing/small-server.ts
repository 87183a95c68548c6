import { sha256Hex } from '@plumbline/shared/trust';
import {
  blockRequest,
  decodeMessage,
  deviceReport,
  deviceStatus,
  downTopic,
  encodeFrame,
  NO_SUCH_BLOCK,
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
import { DEVICE, documentsOf, SITE, type Release, type Repository } from './mint.ts';

/** The least that a device needs of a fleet server: acknowledges, serves blocks, remembers reports. */
export interface SmallServer {
  rows(of: StreamClass): [number, Row][];
  /** Names of the streams that rows came in, in order of their first row. */
  streams(): string[];
  reports: DeviceReport[];
  /** Numbers of the sessions that began. */
  sessions: number[];
  /** Blocks of payloads served, by offset, in order. */
  served: number[];
  /** Documents served: roots by number, the rest by hash. */
  documents: (number | string)[];
  /** Has these documents from now on, also the ones from before. */
  hold(repository: Repository): void;
  /** Has no root above this version any more. */
  withdrawRootsAfter(version: number): void;
  /** Holds the repository and tells the device. */
  assign(assignment: Uint8Array, repository: Repository): void;
  offer(...releases: Release[]): void;
  /** Answers requests of these bytes' hash with others, or never. */
  tamper(sha256: string, answer: Uint8Array | 'silence'): void;
  site(entries: SitePage['entries'], about?: SitePage['about']): void;
  /** While false, rows are taken but nobody hears of it. */
  acknowledge(on: boolean): void;
  doubled(): number;
}

export function createSmallServer(broker: MemoryBroker): SmallServer {
  const streams = new Map<string, { class: StreamClass; high: number; rows: [number, Row][] }>();
  const payloads = new Map<string, Uint8Array>();
  const documents = new Map<number | string, Uint8Array>();
  const tampered = new Map<string, Uint8Array | 'silence'>();
  const log: SitePage['entries'] = [];
  let isAcknowledging = true;
  let doubled = 0;
  const down = (channel: 'ack' | 'blk' | 'site', message: unknown) =>
    broker.publish(downTopic(SITE, DEVICE, channel), encodeFrame(message));

  const server: SmallServer = {
    reports: [],
    sessions: [],
    served: [],
    documents: [],
    rows: (of) => [...streams.values()].filter((one) => one.class === of).flatMap((one) => one.rows),
    streams: () => [...streams.keys()],
    hold(repository) {
      for (const [i, root] of repository.roots.entries()) documents.set(i + 1, root);
      for (const bytes of documentsOf(repository)) documents.set(sha256Hex(bytes), bytes);
    },
    withdrawRootsAfter(version) {
      for (const name of documents.keys()) if (typeof name === 'number' && name > version) documents.delete(name);
    },
    assign(assignment, repository) {
      server.hold(repository);
      const message = { assignment, timestamp: repository.timestamp };
      broker.publish(downTopic(SITE, DEVICE, 'desired'), encodeFrame(message), { retain: true });
    },
    offer(...releases) {
      for (const { assigned, payload } of releases) payloads.set(assigned.payload.sha256, payload);
    },
    tamper(sha256, answer) {
      tampered.set(sha256, answer);
    },
    site(entries, about) {
      log.push(...entries);
      down('site', { cursor: log.length, entries, more: false, ...(about && { about }) });
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
    status(frame) {
      const message = decodeMessage(deviceStatus, frame);
      if (message.status === 'birth') server.sessions.push(message.session);
    },
    req(frame) {
      const { ref, offset, length } = decodeMessage(blockRequest, frame);
      const name = 'sha256' in ref ? ref.sha256 : ref.root;
      const answer = tampered.get(String(name));
      if (answer === 'silence') return;
      if (answer !== undefined) return down('blk', { ref, offset, bytes: answer });
      const document = documents.get(name);
      const bytes = document ?? payloads.get(String(name));
      if (bytes === undefined) return down('blk', { ref, offset, error: NO_SUCH_BLOCK });
      if (document !== undefined) server.documents.push(name);
      else server.served.push(offset);
      down('blk', { ref, offset, bytes: bytes.slice(offset, offset + length) });
    },
    site(frame) {
      const { cursor } = decodeMessage(siteRequest, frame);
      down('site', { cursor: log.length, entries: log.slice(cursor, cursor + 500), more: false });
    },
  };
  broker.onMessage((topic, frame) => take[parseTopic(topic)?.channel ?? '']?.(frame));
  return server;
}
