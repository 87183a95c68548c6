import { lineRole, readLine, type LineMetadata } from '@plumbline/shared/trust';
import type { ReadDb } from '../../../platform/db/index.ts';
import { metadataInForce, newestMetadata, remember, type InForce } from '../../repository/index.ts';
import { ModelError } from '../errors.ts';

/** The metadata of a line in force. It was verified as a release when it was written down, so it is only read here. */
export async function lineInForce(db: ReadDb, line: string): Promise<InForce<LineMetadata> | undefined> {
  const stored = await newestMetadata(db, lineRole(line));
  if (stored === undefined) return undefined;
  return { ...stored, signed: remember(`line ${line} ${stored.sha256}`, () => readLine(stored.bytes, line)) };
}

/** Lines that the offline targets keys have delegated, by name. */
export async function delegatedLines(db: ReadDb): Promise<string[]> {
  const { signed } = await metadataInForce(db, 'targets');
  const prefix = lineRole('');
  return (signed.delegations?.roles ?? []).map(({ name }) => name.slice(prefix.length));
}

/** A line exists when the offline keys say so. @throws ModelError `line_not_delegated` */
export async function refuseUndelegated(db: ReadDb, line: string): Promise<void> {
  const lines = await delegatedLines(db);
  if (lines.includes(line)) return;
  throw new ModelError('line_not_delegated', `line ${line}: not delegated by the offline keys`, {
    kind: 'refused',
    field: 'line',
    expected: `one of ${lines.join(', ')}, or a line added by \`plumbline keys add-line\``,
  });
}
