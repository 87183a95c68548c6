import type { Row } from '@plumbline/shared/wire';
import type { telemetry } from '../../platform/db/index.ts';

type TelemetryRow = typeof telemetry.$inferInsert;
type Columns = Pick<TelemetryRow, 'activity' | 'line' | 'version' | 'sha256' | 'asOf' | 'score'>;

/** What queries look for in a row, beside its JSON. */
export function columnsOf(row: Row): Columns {
  switch (row.kind) {
    case 'prediction':
    case 'example':
      return {
        activity: row.activity ?? null,
        line: row.line,
        version: row.version,
        sha256: row.sha256,
        asOf: row.asOf,
        score: row.score,
      };
    case 'entry':
      return { ...NONE, activity: row.entry.activity, asOf: row.entry.at };
    case 'window':
      return { ...NONE, line: row.window.model, sha256: row.window.sha256, asOf: row.window.from };
    case 'event':
    case 'gap':
    case 'diagnostics':
    case 'photo':
      return NONE;
  }
}

const NONE: Columns = { activity: null, line: null, version: null, sha256: null, asOf: null, score: null };
