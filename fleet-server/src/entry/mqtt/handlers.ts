import { inflateRawSync } from 'node:zlib';
import {
  blockRequest,
  decodeMessage,
  deviceReport,
  deviceStatus,
  downTopic,
  encodeFrame,
  siteRequest,
  telemetryBatch,
  WireError,
  type BlockRequest,
  type DownChannel,
  type UpChannel,
} from '@plumbline/shared/wire';
import { codeOf } from '@plumbline/shared/errors';
import { isReleasedPayload } from '../../supply/models/index.ts';
import { recordReport, recordStatus } from '../../sites/devices/index.ts';
import { pageOf } from '../../sites/activities/index.ts';
import type { Fleet } from '../fleet.ts';
import type { Faults } from './faults.ts';

/** Node's own zlib: telemetry is most of what a server inflates. */
const inflate = (body: Uint8Array, maxBytes: number) => inflateRawSync(body, { maxOutputLength: maxBytes });

interface From {
  site: string;
  device: string;
  payload: Uint8Array;
}

export type Handler = (from: From) => Promise<void>;

const SITE_PAGE = 200;

/** One handler per channel: parse, call one verb, answer. */
export function createHandlers(fleet: Fleet, faults: Faults): Record<UpChannel, Handler> {
  const send = (from: From, channel: DownChannel, message: unknown) =>
    fleet.broker.publish(downTopic(from.site, from.device, channel), encodeFrame(message, { compress: true }), {
      retain: false,
    });

  return {
    async tel(from) {
      const batch = decodeMessage(telemetryBatch, from.payload, inflate);
      const ack = await fleet.ingest.take({ site: from.site, device: from.device, batch });
      if (faults.dropAck?.() === true) return;
      await send(from, 'ack', ack);
    },
    async report(from) {
      await recordReport(fleet, from.device, decodeMessage(deviceReport, from.payload));
    },
    async status(from) {
      await recordStatus(fleet, from.device, decodeMessage(deviceStatus, from.payload));
    },
    async req(from) {
      const request = decodeMessage(blockRequest, from.payload);
      const { ref, offset } = request;
      try {
        const bytes = await blockOf(fleet, request);
        await send(from, 'blk', { ref, offset, bytes: faults.alterBlock?.(bytes, offset) ?? bytes });
      } catch (error) {
        await send(from, 'blk', { ref, offset, error: codeOf(error) });
        throw error;
      }
    },
    async site(from) {
      const { cursor } = decodeMessage(siteRequest, from.payload);
      for (let limit = SITE_PAGE; ; limit >>= 1) {
        const page = await pageOf(fleet.database.db, from.site, cursor, Math.max(1, limit));
        try {
          return await send(from, 'site', page);
        } catch (error) {
          // Entries of a few KB each: a shorter page fits the frame.
          if (!(error instanceof WireError) || error.code !== 'frame_too_large' || limit <= 1) throw error;
        }
      }
    },
  };
}

async function blockOf(fleet: Fleet, request: BlockRequest): Promise<Uint8Array> {
  const { ref, offset, length } = request;
  if ('root' in ref) {
    if (ref.root !== fleet.keys.root.version) {
      throw new WireError('message_malformed', `root ${ref.root}: not in force`, {
        kind: 'not-found',
        field: 'ref.root',
      });
    }
    return fleet.keys.rootBytes.subarray(offset, offset + length);
  }
  if (!(await isReleasedPayload(fleet.database.db, ref.sha256))) {
    throw new WireError('message_malformed', 'no payload of this hash', { kind: 'not-found', field: 'ref.sha256' });
  }
  return fleet.artifacts.read(ref.sha256, offset, length);
}
