import { unpackDiagnostics, type DiagnosticsRow } from '@plumbline/shared/wire';
import { and, eq, telemetry, type ReadDb } from '../../../platform/db/index.ts';
import { TelemetryError } from '../errors.ts';

export interface DiagnosticsAnswer {
  request: number;
  /** When the device put it together, by its own clock. */
  at: number;
  parts: number;
  bundle: unknown;
}

interface Piece {
  stream: string;
  row: DiagnosticsRow;
}

/** The highest request a device has answered, in part at least; 0: none. */
export async function lastAnswered(db: ReadDb, device: string): Promise<number> {
  return Math.max(0, ...(await piecesOf(db, device)).map(({ row }) => row.request));
}

/**
 * The bundle by which a device answered a request, put together from its rows.
 * @param request undefined: the newest that is whole
 * @throws TelemetryError `diagnostics_unknown`: no row of it is here; `diagnostics_incomplete`: some are on their way.
 * WireError `message_malformed`: the device sent what is no bundle
 */
export async function readDiagnostics(db: ReadDb, device: string, request?: number): Promise<DiagnosticsAnswer> {
  const pieces = await piecesOf(db, device);
  const wanted = request === undefined ? pieces : pieces.filter(({ row }) => row.request === request);
  // A device that was wiped begins a new stream, and may answer a number again.
  const answers = Map.groupBy(wanted, ({ stream, row }) => `${stream}/${row.request}`);
  const whole = [...answers.values()].filter((rows) => rows.length === rows[0]?.row.parts);
  const newest = whole.toSorted((a, b) => (b[0]?.row.at ?? 0) - (a[0]?.row.at ?? 0))[0];
  const first = newest?.[0]?.row;
  if (newest !== undefined && first !== undefined) {
    const bundle = unpackDiagnostics(newest.map(({ row }) => row));
    return { request: first.request, at: first.at, parts: first.parts, bundle };
  }
  const begun = wanted[0]?.row;
  if (begun === undefined) {
    const which = request === undefined ? 'no diagnostics' : `no answer to request ${request}`;
    throw new TelemetryError('diagnostics_unknown', `${device} has sent ${which} yet`, {
      kind: 'not-found',
      field: request === undefined ? 'device' : 'request',
    });
  }
  throw new TelemetryError('diagnostics_incomplete', `${wanted.length} of ${begun.parts} parts are here`, {
    kind: 'unavailable',
    field: 'request',
  });
}

async function piecesOf(db: ReadDb, device: string): Promise<Piece[]> {
  const rows = await db
    .select({ stream: telemetry.stream, body: telemetry.body })
    .from(telemetry)
    .where(and(eq(telemetry.device, device), eq(telemetry.kind, 'diagnostics')));
  return rows.map(({ stream, body }) => ({ stream, row: JSON.parse(body) as DiagnosticsRow }));
}
