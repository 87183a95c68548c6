import type { Migration } from './migration.ts';

/**
 * Whoever gave a row its reference finds it again without a scan. Most rows have none, so they are left out; stream and
 * number stand in the index because pages go on after them.
 */
export const telemetryRefs: Migration = {
  number: 9,
  name: 'telemetry-refs',
  statements: ['create index telemetry_by_ref on telemetry (ref, stream, seq) where ref is not null'],
};
