import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MetadataSource } from '@plumbline/shared/trust';

/**
 * A published repository in a folder (`metadata/`, layout of TUF with consistent snapshots), as the verifier reads it.
 * Nothing longer than asked for is read.
 */
export function folderSource(folder: string): MetadataSource {
  return {
    async fetch({ role, version, maxBytes }) {
      const name = version === undefined ? `${role}.json` : `${version}.${role}.json`;
      // A role's name comes out of metadata: it must not lead out of the folder.
      if (!/^[\w.-]+$/.test(name)) return undefined;
      return readUpTo(join(folder, 'metadata', name), maxBytes);
    },
  };
}

/** The oldest root of the folder; undefined when there is none. */
export async function oldestRoot(folder: string): Promise<Uint8Array | undefined> {
  const names = await readdir(join(folder, 'metadata')).catch(() => []);
  const versions = names.flatMap((name) => /^(\d{1,15})\.root\.json$/.exec(name)?.[1] ?? []).map(Number);
  if (versions.length === 0) return undefined;
  return readUpTo(join(folder, 'metadata', `${Math.min(...versions)}.root.json`), 1_048_576);
}

/** One byte more than allowed is read, so that the verifier can see that it was too long. */
async function readUpTo(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const bytes = new Uint8Array(maxBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) return bytes.slice(0, length);
      length += bytesRead;
    }
  } finally {
    await file.close();
  }
}
