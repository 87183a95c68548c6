import type { Authorities } from '../documents/authorities.ts';
import type { KeyFile, KeyRole } from '../files/key-file.ts';
import { SIGNER_ROLES } from '../files/layout.ts';

/** Roles whose private keys must not lie where the server runs. */
const AWAY: readonly KeyRole[] = ['root', 'targets', 'approver'];

export function warningsOfKey(role: KeyRole, file: KeyFile | undefined, development: boolean): string[] {
  if (development) return ['DEVELOPMENT KEY: anybody may have it; never for a real fleet'];
  if (file === undefined || !AWAY.includes(role)) return [];
  return file.protection === 'plain' ? ['not protected by a passphrase'] : [];
}

/** What is wrong with a set as a whole, as far as the files in sight tell. */
export function warningsOfSet(
  authorities: Authorities,
  files: KeyFile[],
  named: string[],
  signerAnswers: boolean,
): string[] {
  const { development, root, targets, lines } = authorities;
  if (development) return ['DEVELOPMENT KEYS: every private key lies in this folder; never for a real fleet'];
  const has = (roles: readonly KeyRole[]) =>
    files.some((file) => roles.includes(file.role) && named.includes(file.keyId));
  const retired = files.filter((file) => !named.includes(file.keyId));
  return [
    ...((signerAnswers || has(SIGNER_ROLES)) && has(AWAY)
      ? ['offline or approver keys lie beside the keys of the signer: move them off this machine']
      : []),
    ...(root.threshold === 1 ? ['root: one stolen key is enough (threshold 1)'] : []),
    ...(root.keys.length === root.threshold ? ['root: no key may be lost (as many keys as must sign)'] : []),
    ...(targets.threshold === 1 ? ['targets: one stolen key is enough (threshold 1)'] : []),
    ...(Object.keys(lines).length === 0 ? ['no line is delegated: nothing can be released'] : []),
    ...Object.entries(lines).flatMap(([line, { builders, approvers }]) => [
      ...(builders.length > 1 ? [`${line}: ${builders.length} builders; revoke the old one`] : []),
      ...(approvers.length === 0 ? [`${line}: no approver`] : []),
    ]),
    ...retired.map((file) => `${file.path}: no document names this key; destroy it when nothing needs it any more`),
  ];
}
