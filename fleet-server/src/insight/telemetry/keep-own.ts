import type { PredictionRow } from '@plumbline/shared/wire';
import { eq, rowsInserter, streams, telemetry, type Db } from '../../platform/db/index.ts';
import { columnsOf } from './columns.ts';

/** Stands where a row names its device: the server itself. No device can be called so. */
export const SERVER_DEVICE = '@server';
/** Stands where a row names its site: the question named none. */
export const NO_SITE = '@none';

/** One stream for each site that the server speaks about; a device that names its own so is refused. */
export function ownStream(site: string): string {
  return `${SERVER_DEVICE}/${site}`;
}

export function isOwnStream(stream: string): boolean {
  return stream.startsWith(`${SERVER_DEVICE}/`);
}

const insertRows = rowsInserter(telemetry);

/** Keeps predictions that the server made itself as it keeps those of devices. @returns their numbers in the stream */
export async function keepOwn(tx: Db, site: string, rows: readonly PredictionRow[], now: number): Promise<number[]> {
  const id = ownStream(site);
  const [known] = await tx.select().from(streams).where(eq(streams.id, id));
  const from = known?.highWater ?? 0;
  const state = { highWater: from + rows.length, rows: (known?.rows ?? 0) + rows.length };
  if (known === undefined) {
    await tx
      .insert(streams)
      .values({ id, device: SERVER_DEVICE, site, class: 'predictions', rejected: 0, gapped: 0, ...state });
  } else {
    await tx.update(streams).set(state).where(eq(streams.id, id));
  }
  const seqs = rows.map((_, at) => from + at + 1);
  await insertRows(
    tx,
    rows.map((row, at) => ({
      stream: id,
      seq: seqs[at]!,
      device: SERVER_DEVICE,
      site,
      kind: row.kind,
      at: row.at,
      ref: row.ref ?? null,
      ...columnsOf(row),
      body: JSON.stringify(row),
      receivedAt: now,
    })),
  );
  return seqs;
}
