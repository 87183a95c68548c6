import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signer } from '@plumbline/shared/trust';
import type { Keyring } from '../documents/issue.ts';
import { KeyError } from '../errors.ts';
import { readKeyFile, type KeyFile } from '../files/key-file.ts';
import { FOLDERS } from '../files/layout.ts';
import { readSigner, type Passphrase } from '../files/open-key.ts';

/** Where the private keys of a ceremony lie: the set itself, and what is brought on sticks. */
export interface KeyPlaces {
  folder: string;
  /** Further folders with key files. */
  offline?: string[];
  passphrase?: Passphrase;
}

/**
 * Every key file that can be seen from here. What is none is left out: a stick holds other things too.
 */
export async function findKeyFiles(places: KeyPlaces): Promise<KeyFile[]> {
  const { folder, offline = [] } = places;
  const folders = [...Object.values(FOLDERS), 'retired'].map((name) => join(folder, name)).concat(offline);
  const found: KeyFile[] = [];
  for (const one of new Set(folders)) {
    const names = await readdir(one).catch(() => []);
    for (const name of names.filter((file) => file.endsWith('.json')).toSorted()) {
      const file = await readKeyFile(join(one, name)).catch(() => undefined);
      if (file !== undefined) found.push(file);
    }
  }
  return found;
}

/** @param made keys of this ceremony, which are in no file yet */
export async function openKeyring(places: KeyPlaces, made: Signer[] = []): Promise<Keyring> {
  const files = new Map((await findKeyFiles(places)).map((file) => [file.keyId, file]));
  const open = new Map(made.map((signer) => [signer.keyId, signer]));
  return {
    has: (id) => open.has(id) || files.has(id),
    async signer(id) {
      const known = open.get(id);
      if (known !== undefined) return known;
      const path = files.get(id)?.path;
      if (path === undefined) throw new KeyError('keys_missing', `${id}: no key file here`, { kind: 'not-found' });
      const signer = await readSigner(path, places.passphrase);
      open.set(id, signer);
      return signer;
    },
  };
}
