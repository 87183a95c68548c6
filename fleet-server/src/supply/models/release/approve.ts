import {
  attachSignature,
  equalBytes,
  lineKeys,
  lineRole,
  signedBytes,
  signersOf,
  verifyRelease,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import { actorOf, holdersOf } from '../../../platform/access/index.ts';
import { record } from '../../../platform/audit/index.ts';
import { and, eq, lineDrafts, modelVersions, type Database, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { insertMetadata, metadataInForce, publishMetadata, type PublishingDeps } from '../../repository/index.ts';
import { ModelError } from '../errors.ts';
import { overtakeDrafts, type DraftDeps } from './drafts.ts';
import { lineInForce } from './line-in-force.ts';
import { authorsOf, findPending, type PendingApproval } from './pending.ts';

export interface ApprovedDraft {
  kind: 'release' | 'renewal';
  line: string;
  version: string | null;
  document: number;
}

/** The draft with signatures added, or a signature alone, as a browser key makes it over the bytes of the draft. */
export type ApprovalSignature = { bytes: Uint8Array } | { keyid: string; sig: string };

/**
 * Takes in an approval. It must be of exactly what the draft says, and it is verified the way a device will verify it:
 * one builder and one approver. Then the draft is in force, with a snapshot and timestamp over it.
 * @param approval `person`: who brings it, as the audit names them; nobody without, where a key speaks for itself
 * @throws ModelError `model_not_awaiting_approval`, `approval_differs`, `approver_is_author`, `approver_key_of_another`; TrustError for signatures; RepositoryError
 */
export async function approveModel(
  deps: PublishingDeps & DraftDeps & { database: Database; desk: PublishingDeps['desk'] & DraftDeps['desk'] },
  actor: string,
  approval: { line: string; document: number; signature: ApprovalSignature; person?: string | undefined },
): Promise<ApprovedDraft> {
  const { line, document } = approval;
  return deps.database.transaction(async (tx) => {
    const draft = await findPending(tx, line, document);
    if (draft === undefined) throw notAwaiting(`line ${line}: no draft ${document} waits`, 'document');
    const bytes = signedDraft(draft, approval.signature);
    const targets = await metadataInForce(tx, 'targets');
    await refuseAuthor(tx, draft, await whoApproves(tx, { line, bytes, person: approval.person }, targets.signed));
    const inForce = await lineInForce(tx, line);
    verifyRelease(bytes, targets.signed, line, { knownVersion: inForce?.version ?? 0, now: deps.now() });
    await insertMetadata(tx, { role: lineRole(line), version: document, bytes });
    await tx
      .update(lineDrafts)
      .set({ state: 'published', bytes: Buffer.from(bytes) })
      .where(and(eq(lineDrafts.line, line), eq(lineDrafts.document, document)));
    if (draft.version !== null) await markReleased(tx, deps.now(), line, draft.version);
    await overtakeDrafts(tx, deps, actor, line);
    await publishMetadata(tx, deps);
    const { kind, version } = draft;
    await record(tx, {
      actor,
      action: kind === 'release' ? 'models.approve' : 'models.renew',
      subject: version === null ? `line:${line}` : `model:${line}@${version}`,
      details: { document },
    });
    return { kind, line, version, document };
  });
}

/**
 * Who stands behind an approval: whoever brings it, and whoever put the keys that signed it down as theirs. A person
 * brings signatures of their own keys, or of keys that nobody has put down.
 * @throws ModelError `approver_key_of_another`
 */
async function whoApproves(
  tx: Db,
  { line, bytes, person }: { line: string; bytes: Uint8Array; person: string | undefined },
  targets: TargetsMetadata,
): Promise<string[]> {
  const keyIds = signersOf(bytes, lineRole(line), lineKeys(targets, line, 'approvers'));
  const holders = await holdersOf(tx, [...keyIds]);
  const other = holders.find(({ user }) => person !== undefined && actorOf(user) !== person);
  if (other !== undefined) {
    throw new ModelError('approver_key_of_another', `key ${other.keyId.slice(0, 16)} is of ${other.user}`, {
      kind: 'forbidden',
      field: 'signature',
      expected: `${other.user}, who signs in`,
    });
  }
  return [...(person === undefined ? [] : [person]), ...holders.map(({ user }) => actorOf(user))];
}

/** Whoever submitted the version, as the audit has it, approves it neither in person nor by a key. */
async function refuseAuthor(tx: Db, { line, version }: PendingApproval, people: readonly string[]): Promise<void> {
  if (version === null || people.length === 0) return;
  const author = (await authorsOf(tx, line, version)).find((one) => people.includes(one));
  if (author === undefined) return;
  throw new ModelError('approver_is_author', `${author} submitted ${line}@${version}`, {
    kind: 'forbidden',
    field: 'actor',
    expected: 'another approver',
  });
}

function signedDraft({ line, document, bytes }: PendingApproval, signature: ApprovalSignature): Uint8Array {
  const role = lineRole(line);
  if (!('bytes' in signature)) return attachSignature(bytes, role, signature);
  if (equalBytes(signedBytes(signature.bytes, role), signedBytes(bytes, role))) return signature.bytes;
  throw new ModelError('approval_differs', `line ${line}: the approval is not of draft ${document}`, {
    kind: 'refused',
    field: 'bytes',
    expected: 'the draft as it waits, with a signature added',
  });
}

async function markReleased(tx: Db, now: number, line: string, version: string): Promise<void> {
  const [released] = await tx
    .update(modelVersions)
    .set({ state: 'published', publishedAt: now })
    .where(
      and(
        eq(modelVersions.line, line),
        eq(modelVersions.version, version),
        eq(modelVersions.state, 'awaiting-approval'),
      ),
    )
    .returning({ counter: modelVersions.counter });
  if (released === undefined) throw notAwaiting(`${line}@${version}: not awaiting approval`, 'version');
  await emit(tx, { type: 'model.published', model: line, version, releaseCounter: released.counter });
}

function notAwaiting(message: string, field: string): ModelError {
  return new ModelError('model_not_awaiting_approval', message, {
    kind: 'conflict',
    field,
    expected: 'a draft that `GET /api/v1/approvals` lists',
  });
}
