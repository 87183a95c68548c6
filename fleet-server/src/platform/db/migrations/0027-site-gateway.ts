import type { Migration } from './migration.ts';

/** Where the gateway of a site answers other devices of it; null: nowhere. */
export const siteGateway: Migration = {
  number: 27,
  name: 'site-gateway',
  statements: ['alter table sites add column gateway text'],
};
