import { keyId as keyIdOf, provesApprover, type PublicKey } from '@plumbline/shared/trust';
import { record } from '../../audit/index.ts';
import { and, approverKeys, eq, isNull, timeOf, type Db } from '../../db/index.ts';
import { AccessError } from '../errors.ts';
import { actorOf } from '../operator.ts';
import { knownUser } from '../users/user.ts';
import { findApproverKey, type ApproverKey } from './approver-key.ts';

/**
 * Puts a key down as somebody's own, by a signature of it. It approves nothing by that: the offline keys say which lines
 * it stands for.
 * @throws AccessError `user_unknown`, `approver_key_unproven`, `approver_key_taken`
 */
export async function keepApproverKey(
  tx: Db,
  given: { user: string; label: string; publicKey: PublicKey; proof: string },
): Promise<ApproverKey> {
  const { user, label, publicKey, proof } = given;
  await knownUser(tx, user);
  const keyId = keyIdOf(publicKey);
  if (!provesApprover(user, keyId, publicKey, proof)) {
    throw new AccessError('approver_key_unproven', `the proof is not of key ${keyId.slice(0, 16)} for ${user}`, {
      kind: 'refused',
      field: 'proof',
      expected: 'a signature of this key over `approverProofBytes`',
    });
  }
  const known = await findApproverKey(tx, keyId);
  if (known !== undefined && (known.user !== user || known.removedAt !== null)) {
    throw new AccessError('approver_key_taken', `key ${keyId.slice(0, 16)} is or was of ${known.user}`, {
      kind: 'conflict',
      field: 'publicKey',
      expected: 'a key that nobody has had',
    });
  }
  if (known !== undefined) return known;
  const key = { keyId, user, label, publicKey, createdAt: timeOf(tx), removedAt: null };
  await tx.insert(approverKeys).values({ ...key, publicKey: JSON.stringify(publicKey) });
  const actor = actorOf(user);
  await record(tx, {
    actor,
    action: 'approver-keys.add',
    subject: `approver-key:${keyId}`,
    details: { label, publicKey },
  });
  return key;
}

/**
 * The key is lost, or its browser is given away. That it approves no more, the offline keys have to say as well.
 * @param user whose it has to be; anybody's without
 * @throws AccessError `approver_key_unknown`
 */
export async function giveUpApproverKey(
  tx: Db,
  actor: string,
  { keyId, user }: { keyId: string; user: string | undefined },
): Promise<void> {
  const ofUser = user === undefined ? undefined : eq(approverKeys.user, user);
  const gone = await tx
    .update(approverKeys)
    .set({ removedAt: timeOf(tx) })
    .where(and(eq(approverKeys.keyId, keyId), isNull(approverKeys.removedAt), ofUser))
    .returning({ keyId: approverKeys.keyId });
  if (gone.length === 0) {
    throw new AccessError('approver_key_unknown', `no key ${keyId}`, { kind: 'not-found', field: 'keyId' });
  }
  await record(tx, { actor, action: 'approver-keys.remove', subject: `approver-key:${keyId}`, details: {} });
}
