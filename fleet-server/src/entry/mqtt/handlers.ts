import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  blockRequest,
  decodeMessage,
  deviceReport,
  deviceStatus,
  downTopic,
  encodeFrame,
  NO_SUCH_BLOCK,
  siteRequest,
  telemetryBatch,
  WireError,
  type BlockRef,
  type DownChannel,
  type SitePage,
  type UpChannel,
} from '@plumbline/shared/wire';
import { codeOf } from '@plumbline/shared/errors';
import { isReleasedPayload } from '../../supply/models/index.ts';
import { metadataByVersion, metadataBySha256 } from '../../supply/repository/index.ts';
import { recordReport } from '../../sites/devices/index.ts';
import { pageOf } from '../../sites/activities/index.ts';
import { findSite } from '../../sites/register/index.ts';
import type { Fleet } from '../fleet.ts';
import type { Faults } from './faults.ts';
import { createStatuses } from './statuses.ts';

/** Node's own zlib: telemetry is most of what a server inflates, metadata most of what it deflates. */
const frameOf = (message: unknown) => encodeFrame(message, { compress: deflateRawSync });
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
  const statuses = createStatuses(fleet);
  const send = (from: From, channel: DownChannel, message: unknown) =>
    fleet.broker.publish(downTopic(from.site, from.device, channel), frameOf(message), { retain: false });

  const readPayload = async (ref: BlockRef, offset: number, length: number) => {
    if ('root' in ref || !(await isReleasedPayload(fleet.database.db, ref.sha256))) return undefined;
    const bytes = await fleet.artifacts.read(ref.sha256, offset, length);
    return faults.alterBlock?.(bytes, offset) ?? bytes;
  };

  return {
    async tel(from) {
      const batch = decodeMessage(telemetryBatch, from.payload, inflate);
      const ack = await fleet.ingest.take({ site: from.site, device: from.device, batch });
      if (faults.dropAck?.() === true) return;
      await send(from, 'ack', ack);
    },
    async report(from) {
      const report = decodeMessage(deviceReport, from.payload, inflate);
      await statuses.catchUp(from.device);
      await recordReport(fleet, from.device, report);
    },
    async status(from) {
      await statuses.take(from.device, decodeMessage(deviceStatus, from.payload));
    },
    async req(from) {
      const { ref, offset, length } = decodeMessage(blockRequest, from.payload);
      const answer = (rest: { bytes: Uint8Array } | { error: string }) => send(from, 'blk', { ref, offset, ...rest });
      let bytes: Uint8Array | undefined;
      try {
        bytes = (await readMetadata(fleet, ref, offset, length)) ?? (await readPayload(ref, offset, length));
      } catch (error) {
        await answer({ error: codeOf(error) });
        throw error;
      }
      if (bytes !== undefined) return answer({ bytes });
      await answer({ error: NO_SUCH_BLOCK });
      // Devices ask for the root after theirs at every turn: that there is none is an answer, not a fault.
      if ('root' in ref) return;
      throw new WireError('message_malformed', 'no document or payload of this hash', {
        kind: 'not-found',
        field: 'ref.sha256',
      });
    },
    async site(from) {
      const { cursor } = decodeMessage(siteRequest, from.payload);
      for (let limit = SITE_PAGE; ; limit >>= 1) {
        const page = await pageOf(fleet.database.db, from.site, cursor, Math.max(1, limit));
        try {
          return await send(from, 'site', page.more ? page : { ...page, ...(await aboutSite(fleet, from.site)) });
        } catch (error) {
          // Entries of a few KB each: a shorter page fits the frame.
          if (!(error instanceof WireError) || error.code !== 'frame_too_large' || limit <= 1) throw error;
        }
      }
    },
  };
}

/** With the last page: what may have changed since. */
async function aboutSite({ database }: Fleet, site: string): Promise<Pick<SitePage, 'about'>> {
  const found = await findSite(database.db, site);
  if (found === undefined) return {};
  const { zone, gateway } = found;
  return { about: { zone, ...(gateway !== null && { gateway }) } };
}

/** A piece of a root, of other metadata by hash, or of `trust/fleet.json`; undefined when it is none of them. */
async function readMetadata({ database: { db } }: Fleet, ref: BlockRef, offset: number, length: number) {
  const metadata =
    'root' in ref ? await metadataByVersion(db, 'root', ref.root) : await metadataBySha256(db, ref.sha256);
  return metadata?.bytes.subarray(offset, offset + length);
}
