import { devices, deviceStaleness, eq, type Database, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { newestMetadata } from '../../../supply/repository/index.ts';
import { listDevices, type Device } from '../describe.ts';
import { judgeStaleness, type Staleness } from './judge.ts';

/**
 * One look at what devices hold of the repository. A device that lives on old metadata installs nothing and does not
 * know why: somebody may be keeping the newest from it. Each is told once, as `device.stale`, until it has caught up.
 */
export async function watchStaleness(deps: { database: Database; now: () => number }): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const newest = (await newestMetadata(tx, 'timestamp'))?.version ?? 0;
    const connections = new Map(
      (await tx.select({ id: devices.id, connection: devices.connection }).from(devices)).map((row) => [
        row.id,
        row.connection,
      ]),
    );
    const known = new Map((await tx.select().from(deviceStaleness)).map((row) => [row.device, row]));
    for (const device of await listDevices(tx)) {
      const before = known.get(device.id);
      const view = { connection: connections.get(device.id) ?? null, trust: device.report?.trust };
      await keep(tx, device, before, judgeStaleness(before, view, newest, deps.now()));
    }
  });
}

type Row = typeof deviceStaleness.$inferSelect;

async function keep(tx: Db, device: Device, before: Row | undefined, after: Staleness | undefined): Promise<void> {
  const of = eq(deviceStaleness.device, device.id);
  if (after === undefined) {
    if (before !== undefined) await tx.delete(deviceStaleness).where(of);
    return;
  }
  if (before === undefined) await tx.insert(deviceStaleness).values({ device: device.id, ...after });
  else if (before.connection !== after.connection || before.staleSince !== after.staleSince) {
    await tx.update(deviceStaleness).set(after).where(of);
  }
  if (after.staleSince === null || (before !== undefined && before.staleSince !== null)) return;
  const reason = device.report?.trust.stale === true ? 'its metadata has expired' : 'it holds an older timestamp';
  await emit(tx, { type: 'device.stale', site: device.site, device: device.id, reason });
}
