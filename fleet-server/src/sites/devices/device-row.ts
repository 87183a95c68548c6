import { devices, eq, preparedRead, sql, type ReadDb } from '../../platform/db/index.ts';

export type DeviceRow = typeof devices.$inferSelect;

const byId = preparedRead<{ id: string }, DeviceRow>((db) =>
  db
    .select()
    .from(devices)
    .where(eq(devices.id, sql.placeholder('id'))),
);

/** What is kept of a device: most verbs of this room begin with it. */
export async function deviceRow(db: ReadDb, id: string): Promise<DeviceRow | undefined> {
  const [row] = await byId(db, { id });
  return row;
}
