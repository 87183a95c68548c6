import { join } from 'node:path';
import { keyId, type PublicKey } from '@plumbline/shared/trust';
import { createRootCertificate } from '../ca/root-certificate.ts';
import type { Authorities } from '../documents/authorities.ts';
import { caKeyId } from '../documents/ca-key-id.ts';
import { replaceCa, replaceKey } from '../documents/change.ts';
import { KeyError } from '../errors.ts';
import type { KeyFile, KeyRole } from '../files/key-file.ts';
import { keyFileOf, repositoryFile } from '../files/layout.ts';
import { makeKey } from '../files/make-key.ts';
import { findKeyFiles } from './keyring.ts';
import { perform, publicKeyOfNew, type Ceremony, type CeremonyResult, type Change } from './perform.ts';

/**
 * Replaces one key by a new one. Of a role that has several, which one must be said.
 * @throws KeyError `key_unknown`, `threshold_not_met`
 */
export async function rotateKey(ceremony: Ceremony, role: KeyRole, old?: string): Promise<CeremonyResult> {
  return perform(ceremony, async ({ authorities, caPem }) => {
    const files = await findKeyFiles(ceremony);
    const key = makeKey(role, authorities.development);
    if (role === 'ca') {
      const pem = await createRootCertificate(key.secret, ceremony.nowMs);
      const former = caKeyId(caPem) ?? '';
      return {
        authorities: replaceCa(authorities, pem),
        made: [{ path: keyFileOf(role), key }],
        files: [{ path: repositoryFile.ca, bytes: new TextEncoder().encode(pem) }],
        retire: [
          ...retirement(ceremony.folder, files, former),
          { from: repositoryFile.ca, to: join('retired', `ca-${former.slice(0, 12)}.pem`) },
        ],
      };
    }
    const replaced = chooseOld(keysOf(authorities, role), role, old);
    return {
      authorities: replaceKey(authorities, role, replaced, publicKeyOfNew(key)),
      made: [{ path: freePath(ceremony.folder, role, files), key }],
      retire: retirement(ceremony.folder, files, replaced),
    } satisfies Change;
  });
}

function keysOf(authorities: Authorities, role: Exclude<KeyRole, 'ca'>): PublicKey[] {
  switch (role) {
    case 'root':
    case 'targets':
      return authorities[role].keys;
    case 'timestamp':
    case 'snapshot':
      return authorities[role];
    case 'director':
      return authorities.directors;
    case 'builder':
      return authorities.newLines.builders;
    case 'approver':
      return authorities.newLines.approvers;
  }
}

function chooseOld(keys: PublicKey[], role: KeyRole, old: string | undefined): string {
  const ids = keys.map(keyId);
  const [only, second] = ids;
  const chosen = old === undefined && second === undefined ? only : ids.find((id) => id === old);
  if (chosen !== undefined) return chosen;
  throw new KeyError(
    'key_unknown',
    `${role}: ${old === undefined ? 'several keys; say which' : `${old} is none of its keys`}`,
    {
      kind: 'not-found',
      field: 'key',
      expected: ids.join(', '),
    },
  );
}

/** The old private key leaves its place, when it is here at all; on a stick it is left where it is. */
function retirement(folder: string, files: KeyFile[], id: string): { from: string; to: string }[] {
  return files
    .filter((file) => file.keyId === id && file.path.startsWith(join(folder, '/')) && !file.path.includes('/retired/'))
    .map((file) => ({
      from: file.path.slice(join(folder, '/').length),
      to: join('retired', `${file.role}-${id.slice(0, 12)}.json`),
    }));
}

/** Offline keys and approvers are numbered; a number is not used twice while its file is in sight. */
function freePath(folder: string, role: KeyRole, files: KeyFile[]): string {
  const taken = new Set(files.map((file) => file.path.slice(join(folder, '/').length)));
  const paths = Array.from({ length: taken.size + 1 }, (_, i) => keyFileOf(role, i + 1));
  return paths.find((path) => !taken.has(path)) ?? keyFileOf(role);
}
