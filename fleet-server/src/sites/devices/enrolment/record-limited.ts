import { record } from '../../../platform/audit/index.ts';
import type { Database } from '../../../platform/db/index.ts';

/** Leaves a trace of a stranger who was slowed down; the caller sees to it that this is rare. */
export async function recordLimited(database: Database, what: { route: string; from: string }): Promise<void> {
  const { route, from } = what;
  await database.transaction((tx) =>
    record(tx, {
      actor: `address:${from}`,
      action: 'devices.attempts-limited',
      subject: `route:${route}`,
      details: {},
    }),
  );
}
