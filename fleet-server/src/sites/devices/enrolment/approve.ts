import { fingerprintOf, normalizeFingerprint } from '@plumbline/shared/trust';
import { record } from '../../../platform/audit/index.ts';
import {
  and,
  asc,
  enrolmentTokens,
  eq,
  isNotNull,
  isNull,
  type Database,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { DeviceError } from '../errors.ts';

/** A device that has asked and waits for a person. */
export interface PendingEnrolment {
  site: string;
  device: string;
  askedAt: number;
  /** What the device itself shows, when it is the one that was meant. */
  fingerprint: string;
}

const waiting = and(
  isNotNull(enrolmentTokens.askedKey),
  isNull(enrolmentTokens.approvedAt),
  isNull(enrolmentTokens.usedAt),
);

/** Who waits, the longest first. */
export async function listPending(db: ReadDb): Promise<PendingEnrolment[]> {
  const rows = await db.select().from(enrolmentTokens).where(waiting).orderBy(asc(enrolmentTokens.askedAt));
  return rows.map(({ site, device, askedAt, askedKey }) => ({
    site,
    device,
    askedAt: askedAt ?? 0,
    fingerprint: fingerprintOf(askedKey ?? ''),
  }));
}

/**
 * Lets in the device that shows this fingerprint; it gets its name when it asks again.
 * @throws DeviceError `approval_unknown`; `fingerprint_mismatch`, audited: somebody else holds the token
 */
export async function approveEnrolment(
  deps: { database: Database; now: () => number },
  actor: string,
  input: { device: string; fingerprint: string },
): Promise<{ site: string; device: string }> {
  const approved = await deps.database.transaction(async (tx) => {
    const asked = await tx
      .select()
      .from(enrolmentTokens)
      .where(and(eq(enrolmentTokens.device, input.device), waiting));
    if (asked.length === 0) {
      throw new DeviceError('approval_unknown', `nobody waits for the name ${input.device}`, {
        kind: 'not-found',
        field: 'device',
        expected: 'a device that `devices pending` lists',
      });
    }
    const shown = normalizeFingerprint(input.fingerprint);
    const meant = asked.find(({ askedKey }) => askedKey !== null && fingerprintOf(askedKey) === shown);
    await record(tx, {
      actor,
      action: meant === undefined ? 'devices.approve-refused' : 'devices.approve',
      subject: `device:${input.device}`,
      details: { fingerprint: shown, keys: asked.map(({ askedKey }) => askedKey) },
    });
    if (meant === undefined) return undefined;
    await tx
      .update(enrolmentTokens)
      .set({ approvedAt: deps.now() })
      .where(eq(enrolmentTokens.tokenSha256, meant.tokenSha256));
    return { site: meant.site, device: meant.device };
  });
  if (approved !== undefined) return approved;
  throw new DeviceError('fingerprint_mismatch', `${input.device}: another device asked, do not let it in`, {
    kind: 'refused',
    field: 'fingerprint',
    expected: 'the four groups that the device itself shows',
  });
}
