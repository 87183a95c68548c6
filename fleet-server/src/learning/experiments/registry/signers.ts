import { lineRole } from '@plumbline/shared/trust';
import { and, eq, lineDrafts, type ReadDb } from '../../../platform/db/index.ts';
import { metadataInForce } from '../../../supply/repository/index.ts';

export interface VersionSigner {
  role: 'builder' | 'approver';
  keyId: string;
}

/** Keys that signed the release of a version, as the document that released it says; none while it waits. */
export async function signersOf(db: ReadDb, line: string, version: string): Promise<VersionSigner[]> {
  const [draft] = await db
    .select({ bytes: lineDrafts.bytes })
    .from(lineDrafts)
    .where(and(eq(lineDrafts.line, line), eq(lineDrafts.release, version), eq(lineDrafts.state, 'published')))
    .limit(1);
  if (draft === undefined) return [];
  // Verified as a release before it was published.
  const { signatures } = JSON.parse(Buffer.from(draft.bytes).toString('utf8')) as { signatures: { keyid: string }[] };
  const { signed } = await metadataInForce(db, 'targets');
  const role = signed.delegations?.roles.find(({ name }) => name === lineRole(line));
  const builders = new Set(role?.['x-plumbline']?.builders);
  return signatures
    .map(({ keyid }): VersionSigner => ({ role: builders.has(keyid) ? 'builder' : 'approver', keyId: keyid }))
    .toSorted((a, b) => (a.role < b.role ? 1 : a.role > b.role ? -1 : 0));
}
