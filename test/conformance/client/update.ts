import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findTarget,
  matchesHashes,
  metadataFileName,
  refresh,
  type Accepted,
  type ImageTrust,
  type MetadataSource,
  type TargetFile,
} from '@plumbline/shared/trust';
import type { RepositoryFiles } from './files.ts';
import { openMetadataFolder } from './metadata-folder.ts';

export interface ClientInput {
  metadataDir: string;
  files: RepositoryFiles;
  /** ms since 1970 */
  now: number;
}

/** Brings the trust store in a folder up to date. What was accepted stays, also when something later is refused. */
export async function refreshFolder(input: ClientInput): Promise<ImageTrust> {
  const { start, source, accepted } = await open(input);
  return refresh(start, source, input.now, accepted);
}

/**
 * Fetches one artifact into `targetDir`, unless it is there already with the right bytes.
 * @throws when nobody speaks of it, or the bytes are not the ones spoken of
 */
export async function downloadTarget(input: ClientInput & { targetDir: string }, path: string): Promise<void> {
  const { start, source, accepted } = await open(input);
  const current = await refresh(start, source, input.now, accepted);
  const { trust, target } = await findTarget(current, source, path, input.now, accepted);
  // Escaped as a whole: one name within the folder, whatever the path says.
  const file = join(input.targetDir, encodeURIComponent(path));
  if (isTarget(await readFile(file).catch(() => undefined), target)) return;
  const remote = artifactPath(path, target, trust.root.consistent_snapshot !== false);
  const bytes = await input.files.fetch('artifact', remote, target.length);
  if (!isTarget(bytes, target)) throw new Error(`${path}: not the bytes that the metadata speak of`);
  await mkdir(input.targetDir, { recursive: true });
  await writeFile(`${file}.new`, bytes ?? '');
  await rename(`${file}.new`, file);
}

async function open({ metadataDir, files }: ClientInput) {
  const folder = openMetadataFolder(metadataDir);
  let trust = await folder.read();
  const accepted: Accepted = async (next) => {
    trust = next;
    await folder.write(next);
  };
  return { start: trust, accepted, source: sourceOf(files, () => trust) };
}

function sourceOf(files: RepositoryFiles, held: () => ImageTrust): MetadataSource {
  return {
    async fetch({ role, version, maxBytes }) {
      const isVersioned = role === 'root' || (role !== 'timestamp' && held().root.consistent_snapshot !== false);
      const name = metadataFileName(role);
      return files.fetch('metadata', isVersioned ? `${version}.${name}` : name, maxBytes);
    },
  };
}

function isTarget(bytes: Uint8Array | undefined, { length, hashes }: TargetFile): boolean {
  return bytes !== undefined && bytes.length === length && matchesHashes(bytes, hashes);
}

/** With consistent snapshots `folder/name` lies at `folder/HASH.name`. */
function artifactPath(path: string, { hashes }: TargetFile, isConsistent: boolean): string {
  const segments = path.split('/').map(encodeURIComponent);
  const [hash] = Object.values(hashes);
  const name = segments.pop() ?? '';
  return [...segments, isConsistent && hash !== undefined ? `${hash}.${name}` : name].join('/');
}
