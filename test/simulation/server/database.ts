import { openDatabase, devices, modelPayloads, type Database } from '../../../fleet-server/src/platform/db/index.ts';
import { insertMetadata } from '../../../fleet-server/src/supply/repository/index.ts';
import type { Clock } from '@plumbline/shared/ports';
import { keyId, readMetadata, type PublicKey } from '@plumbline/shared/trust';
import { DEVICE, LINE, SITE } from '../../../agent/src/testing/mint.ts';
import type { Catalogue } from './releases.ts';

/** A migrated database in memory that knows one enrolled device and everything that was published. */
export async function openWorldDatabase(clock: Clock, catalogue: Catalogue, deviceKey: PublicKey): Promise<Database> {
  const database = await openDatabase({ url: 'sqlite::memory:', clock });
  const { roots, timestamp, snapshot, targets, lines, fleet } = catalogue.repository;
  await database.transaction(async (tx) => {
    for (const [i, bytes] of roots.entries()) await insertMetadata(tx, { role: 'root', version: i + 1, bytes });
    const documents = { targets, snapshot, timestamp, ...lineRoles(lines) };
    for (const [role, bytes] of Object.entries(documents)) {
      const { version } = readMetadata(bytes, role as 'targets').signed;
      await insertMetadata(tx, { role, version, bytes });
    }
    await insertMetadata(tx, { role: 'fleet', version: 1, bytes: fleet });
    await tx.insert(modelPayloads).values(
      catalogue.releases.map(({ assigned, version, name }) => ({
        sha256: assigned.payload.sha256,
        line: LINE,
        version,
        variant: name,
      })),
    );
    await tx.insert(devices).values({
      id: DEVICE,
      site: SITE,
      profile: 'linux-x64-dev',
      agent: '0.1.0',
      publicKey: JSON.stringify(deviceKey),
      keyId: keyId(deviceKey),
      tags: '[]',
      enrolledAt: clock.now(),
      reportCounter: 0,
      assignedSeq: 0,
    });
  });
  return database;
}

function lineRoles(lines: Record<string, Uint8Array>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(lines).map(([line, bytes]) => [`line-${line}`, bytes]));
}
