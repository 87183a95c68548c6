import type Sqlite from 'better-sqlite3';

type Connection = InstanceType<typeof Sqlite>;
type Statement = Sqlite.Statement<unknown[]>;

/** The queries of a server are a few hundred texts; those with long lists of values come and go. */
const KEPT = 400;

/** What a query builder asks of a statement. Rows come as objects, or as arrays through `raw()`. */
export interface CachedStatement {
  readonly: boolean;
  run(...params: unknown[]): Sqlite.RunResult;
  all(...params: unknown[]): unknown[];
  get(...params: unknown[]): unknown;
  raw(): Pick<CachedStatement, 'all' | 'get'>;
}

/**
 * Statements of one connection by their text, the least recently used dropped first: compiling a query costs several
 * times what running it does. Every call sets the mode it wants, because two builders of one text share a statement.
 */
export function cacheStatements(connection: Connection): (sql: string) => CachedStatement {
  const kept = new Map<string, CachedStatement>();
  return (sql) => {
    const statement = kept.get(sql) ?? wrap(connection.prepare(sql));
    kept.delete(sql);
    kept.set(sql, statement);
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    return statement;
  };
}

function wrap(statement: Statement): CachedStatement {
  const mode = (isRaw: boolean) => (statement.reader ? statement.raw(isRaw) : statement);
  const raw = {
    all: (...params: unknown[]) => mode(true).all(...params),
    get: (...params: unknown[]) => mode(true).get(...params),
  };
  return {
    readonly: statement.readonly,
    run: (...params) => statement.run(...params),
    all: (...params) => mode(false).all(...params),
    get: (...params) => mode(false).get(...params),
    raw: () => raw,
  };
}
