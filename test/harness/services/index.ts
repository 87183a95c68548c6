export { findMosquitto, startMosquitto, type Mosquitto } from './mosquitto.ts';
export { findPostgres, startPostgres, type Postgres } from './postgres.ts';
export { required, skipReason } from './required.ts';
export type { Found } from './child.ts';
