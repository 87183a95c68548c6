import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RepositoryError } from '../errors.ts';
import { importDocuments, type ImportDeps, type ImportedDocuments } from './documents.ts';
import { metadataInForce } from '../in-force.ts';
import { newestMetadata } from '../metadata.ts';

/**
 * Brings what lies in `<keys>/repository` into the database, at every start of the server. A folder that is behind the
 * database, or not there, changes nothing.
 * @throws RepositoryError `repository_empty` when there is no root afterwards; what `importDocuments` throws
 */
export async function importRepository(
  deps: ImportDeps,
  actor: string,
  keysFolder: string,
): Promise<ImportedDocuments> {
  const folder = join(keysFolder, 'repository');
  const held = await newestMetadata(deps.database.db, 'targets');
  const targets = (await filesOf(join(folder, 'metadata'), /^([1-9]\d{0,14})\.targets\.json$/)).at(-1);
  const imported = await importDocuments(deps, actor, {
    roots: (await filesOf(join(folder, 'metadata'), /^([1-9]\d{0,14})\.root\.json$/)).map(({ bytes }) => bytes),
    targets: targets === undefined || targets.version < (held?.version ?? 0) ? [] : [targets.bytes],
    fleets: (await filesOf(join(folder, 'targets'), /^fleet\.([1-9]\d{0,14})\.json$/)).map(({ bytes }) => bytes),
  });
  await metadataInForce(deps.database.db, 'root');
  await metadataInForce(deps.database.db, 'targets');
  return imported;
}

/** Files whose name carries a version, oldest first. */
async function filesOf(folder: string, name: RegExp): Promise<{ version: number; bytes: Uint8Array }[]> {
  const files = [];
  for (const file of await namesIn(folder)) {
    const version = Number(name.exec(file)?.[1] ?? 0);
    if (version > 0) files.push({ version, bytes: new Uint8Array(await readFile(join(folder, file))) });
  }
  return files.toSorted((a, b) => a.version - b.version);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new RepositoryError('repository_unreadable', `${folder}: ${String(cause)}`, {
      kind: 'unavailable',
      field: folder,
      expected: 'a folder this user may read',
      cause,
    });
  }
}
