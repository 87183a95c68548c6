import { downTopic } from '@plumbline/shared/wire';
import { desiredFrame, listDevices } from '../../sites/devices/index.ts';
import { metadataInForce } from '../../supply/repository/index.ts';
import type { Fleet } from '../fleet.ts';

/**
 * Keeps dn/desired of every device at its newest assignment and the timestamp in force. A device that is assigned
 * something hears of it at once; everybody hears of a new timestamp, once for all that were made meanwhile.
 */
export function publishDesired(fleet: Pick<Fleet, 'database' | 'broker' | 'dispatcher'>): {
  /** Everything to everybody: the broker's retained store may be new. */
  republish(): Promise<void>;
} {
  const { database, broker, dispatcher } = fleet;
  let published = 0;

  const publishTo = async (site: string, device: string, timestamp: Uint8Array) => {
    const frame = await desiredFrame(database.db, device, timestamp);
    if (frame !== undefined) await broker.publish(downTopic(site, device, 'desired'), frame, { retain: true });
  };
  const republish = async () => {
    const timestamp = await metadataInForce(database.db, 'timestamp');
    for (const device of await listDevices(database.db)) await publishTo(device.site, device.id, timestamp.bytes);
    published = timestamp.version;
  };

  dispatcher.subscribe('mqtt-desired', ['device.assigned', 'metadata.published'], async (event) => {
    if (event.type === 'device.assigned') {
      return publishTo(event.site, event.device, (await metadataInForce(database.db, 'timestamp')).bytes);
    }
    if (event.timestamp > published) await republish();
  });
  return { republish };
}
