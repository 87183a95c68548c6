import type { Clock } from '@plumbline/shared/ports';
import type { Database } from './database.ts';
import { DbError } from './errors.ts';
import { migrate } from './migrate.ts';
import { migrations, type Migration } from './migrations/index.ts';
import { openSqlite } from './engines/sqlite.ts';

export interface DatabaseConfig {
  /** `sqlite:PATH`, `sqlite::memory:` or `postgres://user:password@host:port/name`. */
  url: string;
  clock: Clock;
}

/**
 * Opens the database and brings it to the newest migration.
 *
 * @throws DbError `db_url_invalid`, `db_unavailable` (naming the path or host), `db_newer_than_code`.
 */
export async function openDatabase(
  config: DatabaseConfig,
  history: readonly Migration[] = migrations,
): Promise<Database> {
  const database = await connect(config);
  try {
    await migrate(database, history);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function connect({ url, clock }: DatabaseConfig): Promise<Database> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path !== undefined) return openSqlite(path, clock);
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) {
    // Its driver and dialect are a third of what loads with this room; most servers run on SQLite.
    const { openPostgres } = await import('./engines/postgres.ts');
    return openPostgres(url, clock);
  }
  // The address itself may hold a password, so it is not repeated.
  throw new DbError('db_url_invalid', 'The database address is not one Plumbline knows.', {
    kind: 'invalid',
    field: 'url',
    expected: 'sqlite:PATH, sqlite::memory: or postgres://…',
  });
}
