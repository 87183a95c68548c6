import { photoOf, type PhotoRow } from '@plumbline/shared/wire';
import { and, eq, telemetry, type ReadDb } from '../../../platform/db/index.ts';
import { TelemetryError } from '../errors.ts';

/**
 * A photo that a note of this site speaks of, put together from its rows and checked against its hash.
 * @param sha256 64 hex digits, as the note has them
 * @throws TelemetryError `photo_unknown`: no row of it is here; `photo_incomplete`: some are on their way. WireError
 * `message_malformed`: what was sent under this hash is something else
 */
export async function readPhoto(db: ReadDb, site: string, sha256: string): Promise<Uint8Array> {
  const rows = await db
    .select({ stream: telemetry.stream, body: telemetry.body })
    .from(telemetry)
    .where(and(eq(telemetry.ref, sha256), eq(telemetry.kind, 'photo'), eq(telemetry.site, site)));
  const pieces = rows.map(({ stream, body }) => ({ stream, row: JSON.parse(body) as PhotoRow }));
  // Two devices may send the same photo: each whole by itself.
  const sent = [...Map.groupBy(pieces, ({ stream }) => stream).values()].map((own) => own.map(({ row }) => row));
  const whole = sent.find((own) => new Set(own.map(({ part }) => part)).size === own[0]?.parts);
  if (whole !== undefined) return photoOf(whole);
  const most = Math.max(0, ...sent.map((own) => own.length));
  if (most === 0) {
    throw new TelemetryError('photo_unknown', `no photo ${sha256} has come from ${site}`, {
      kind: 'not-found',
      field: 'sha256',
    });
  }
  throw new TelemetryError('photo_incomplete', `${most} of ${sent[0]?.[0]?.parts} parts are here`, {
    kind: 'unavailable',
    field: 'sha256',
  });
}
