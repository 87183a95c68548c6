import { and, deviceLines, devices, eq, exists, inArray, sql, type ReadDb } from '../../../platform/db/index.ts';

/**
 * How a device stands, in one word, the first that holds: it was shut out; it was never heard; it is not connected; it
 * is connected, and the newest word on one of its lines is that it refused an order or went back; it is connected.
 */
export const DEVICE_STATES = ['revoked', 'quarantined', 'never-seen', 'offline', 'failing', 'online'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

const FAILING = ['refused', 'rolled-back'];

/** The rule as SQL, over the table of devices: what counts, filters and shows all ask this. */
export function deviceState(db: ReadDb) {
  const failing = db
    .select({ device: deviceLines.device })
    .from(deviceLines)
    .where(and(eq(deviceLines.device, devices.id), inArray(deviceLines.state, FAILING)));
  return sql<DeviceState>`case
    when ${devices.standing} in ('revoked', 'quarantined') then ${devices.standing}
    when ${devices.connection} is null and ${devices.lastSeenAt} is null then 'never-seen'
    when ${devices.connection} is null then 'offline'
    when ${exists(failing)} then 'failing'
    else 'online' end`;
}
