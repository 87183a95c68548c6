import { deflateRawSync } from 'node:zlib';
import { downTopic, encodeFrame, type SitePage } from '@plumbline/shared/wire';
import { connectedDevices } from '../../sites/devices/index.ts';
import type { Fleet } from '../fleet.ts';

/** A page that says nothing but that there is more: who reads it asks from where it stands. */
const NEWS = encodeFrame({ cursor: 0, entries: [], more: true } satisfies SitePage, { compress: deflateRawSync });

/** Tells the connected devices of a site that its log has grown: what somebody writes on one tablet stands on the next. */
export function tellSite({ database, broker, dispatcher }: Pick<Fleet, 'database' | 'broker' | 'dispatcher'>): void {
  dispatcher.subscribe('mqtt-site', ['site.recorded'], async ({ site, by }) => {
    const others = (await connectedDevices(database.db, site)).filter((device) => device !== by);
    for (const device of others) await broker.publish(downTopic(site, device, 'site'), NEWS, { retain: false });
  });
}
