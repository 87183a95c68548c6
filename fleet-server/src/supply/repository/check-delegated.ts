import type { Signer } from '@plumbline/shared/trust';
import type { ReadDb } from '../../platform/db/index.ts';
import { RepositoryError } from './errors.ts';
import { metadataInForce } from './in-force.ts';

type OnlineRole = 'snapshot' | 'timestamp';

/**
 * Signing with a key that the root does not name would publish what every client refuses.
 * @throws RepositoryError `desk_not_delegated`
 */
export async function checkDelegated(
  db: ReadDb,
  desk: Partial<Record<OnlineRole, Signer>>,
  roles: OnlineRole[],
): Promise<void> {
  const { signed, version } = await metadataInForce(db, 'root');
  for (const role of roles) {
    const { keyids, threshold } = signed.roles[role];
    const keyId = desk[role]?.keyId ?? '';
    if (threshold === 1 && keyids.includes(keyId)) continue;
    throw notDelegated(role, keyId, `root ${version} names ${keyids.join(', ')} with threshold ${threshold}`);
  }
}

export function notDelegated(role: string, keyId: string, named: string): RepositoryError {
  return new RepositoryError('desk_not_delegated', `${role}: this server signs with ${keyId}, but ${named}`, {
    kind: 'refused',
    field: role,
    expected: 'the online keys that root and trust/fleet.json name, each alone',
  });
}
