import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArtifactError, type ArtifactStore } from '../ports/index.ts';

/**
 * Artifacts as files `<folder>/ab/<sha256>`. A file appears under its name only when its bytes are on the disk, so a
 * power cut leaves a whole artifact or none.
 *
 * @throws ArtifactError `artifacts_unavailable` naming the folder.
 */
export async function openArtifactFiles(folder: string): Promise<ArtifactStore> {
  const incoming = join(folder, 'incoming');
  const failed = (cause: unknown): never => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ArtifactError('artifacts_unavailable', `The artifact folder ${folder} is not available: ${why}.`, {
      kind: 'unavailable',
      field: 'artifacts',
      cause,
    });
  };
  // What lies here was never finished; nobody waits for it any more.
  await rm(incoming, { recursive: true, force: true }).catch(failed);
  await mkdir(incoming, { recursive: true }).catch(failed);

  const pathOf = (sha256: string): string => {
    if (/^[0-9a-f]{64}$/.test(sha256)) return join(folder, sha256.slice(0, 2), sha256);
    throw new ArtifactError('artifact_address_invalid', 'An artifact is addressed by the hash of its bytes.', {
      field: 'sha256',
      expected: '64 lower-case hex digits',
    });
  };

  async function place(bytes: Uint8Array, path: string): Promise<void> {
    const temporary = join(incoming, randomUUID());
    await writeDurably(temporary, bytes);
    const made = await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
    await syncFolder(dirname(path));
    if (made !== undefined) await syncFolder(folder);
  }

  const store: ArtifactStore = {
    async put(bytes) {
      const sha256 = hashOf(bytes);
      const path = pathOf(sha256);
      // A damaged file under this name is replaced: only whole ones count as being there.
      if (!(await holds(path, sha256))) await place(bytes, path).catch(failed);
      return sha256;
    },
    async get(sha256) {
      const bytes = await readFile(pathOf(sha256)).catch((error: unknown) => absent(sha256, error, failed));
      if (hashOf(bytes) === sha256) return bytes;
      throw new ArtifactError('artifact_corrupt', `Artifact ${sha256} no longer has the bytes it was stored with.`, {
        kind: 'internal',
      });
    },
    async read(sha256, offset, length) {
      const file = await open(pathOf(sha256)).catch((error: unknown) => absent(sha256, error, failed));
      try {
        const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    has: (sha256) => access(pathOf(sha256)).then(yes, no),
  };
  return store;
}

const yes = () => true;
const no = () => false;

async function holds(path: string, sha256: string): Promise<boolean> {
  return readFile(path).then((bytes) => hashOf(bytes) === sha256, no);
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function absent(sha256: string, error: unknown, failed: (cause: unknown) => never): never {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) failed(error);
  throw new ArtifactError('artifact_not_found', `There is no artifact ${sha256}.`, {
    kind: 'not-found',
    field: 'sha256',
  });
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
