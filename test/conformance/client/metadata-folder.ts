import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metadataFileName, restoreTrust, type ImageTrust } from '@plumbline/shared/trust';

/** The trust store as the conformance suite reads it: `root.json`, `timestamp.json` … `<role>.json`, without versions. */
export interface MetadataFolder {
  /** @throws TrustError when the root in it does not sign itself */
  read(): Promise<ImageTrust>;
  write(trust: ImageTrust): Promise<void>;
}

export function openMetadataFolder(folder: string): MetadataFolder {
  return {
    async read() {
      const kept = new Map<string, Uint8Array>();
      for (const name of await readdir(folder)) {
        if (name.endsWith('.json')) kept.set(roleOf(name), new Uint8Array(await readFile(join(folder, name))));
      }
      const root = kept.get('root');
      if (root === undefined) throw new Error(`${folder} has no root.json: init first`);
      const [timestamp, snapshot, targets] = ['timestamp', 'snapshot', 'targets'].map((role) => kept.get(role));
      const delegated = [...kept].filter(([role]) => !TOP_LEVEL.has(role));
      return restoreTrust({ root, timestamp, snapshot, targets, delegated: Object.fromEntries(delegated) });
    },

    async write({ rootBytes, timestamp, snapshot, targets, delegated }) {
      await put(folder, 'root', rootBytes);
      await put(folder, 'timestamp', timestamp?.bytes);
      await put(folder, 'snapshot', snapshot?.bytes);
      await put(folder, 'targets', targets?.bytes);
      for (const [role, { bytes }] of Object.entries(delegated)) await put(folder, role, bytes);
    },
  };
}

/** Takes over the first root; whether it is any good shows when it is used. */
export async function initMetadataFolder(folder: string, root: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  await put(folder, 'root', root);
}

const TOP_LEVEL: ReadonlySet<string> = new Set(['root', 'timestamp', 'snapshot', 'targets']);

function roleOf(fileName: string): string {
  return decodeURIComponent(fileName.slice(0, -'.json'.length));
}

/** Whole or not at all: a new file takes the place of the old one. */
async function put(folder: string, role: string, bytes: Uint8Array | undefined): Promise<void> {
  const path = join(folder, metadataFileName(role));
  if (bytes === undefined) return rm(path, { force: true });
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}
