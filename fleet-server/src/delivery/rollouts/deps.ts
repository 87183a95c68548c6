import type { Signer } from '@plumbline/shared/trust';
import type { Database } from '../../platform/db/index.ts';

/** What every verb of this room needs. */
export interface RolloutDeps {
  database: Database;
  director: Signer;
  now: () => number;
}
