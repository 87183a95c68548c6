import type { paths } from '../../api/schema.generated.ts';

type Listed = paths['/api/v1/devices']['get'];

/** What the server answers to `GET /api/v1/devices`, and what it may be asked. */
export type DevicePage = Listed['responses'][200]['content']['application/json'];
export type ListedDevice = DevicePage['devices'][number];
export type DeviceFilter = Omit<NonNullable<Listed['parameters']['query']>, 'limit' | 'cursor'>;
export type DeviceState = keyof DevicePage['counts'];
/** And to `GET /api/v1/devices/{id}`. */
export type DeviceDetails = paths['/api/v1/devices/{id}']['get']['responses'][200]['content']['application/json'];

/** In the order in which they ask for a look. */
export const DEVICE_STATES = ['failing', 'quarantined', 'offline', 'never-seen', 'online', 'revoked'] as const;
