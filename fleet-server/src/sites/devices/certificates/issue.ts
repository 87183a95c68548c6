import type { DeviceCertificate } from '@plumbline/shared/api';
import { keyId, type PublicKey } from '@plumbline/shared/trust';
import { record } from '../../../platform/audit/index.ts';
import { and, devices, eq, isNull, type Database } from '../../../platform/db/index.ts';
import type { Desk } from '../../../supply/keys/index.ts';
import { standingOf, refuseBarred } from '../standing/standing.ts';
import { unknownDevice } from '../errors.ts';

export interface IssueDeps {
  database: Database;
  now: () => number;
  desk: Pick<Desk, 'issueDeviceCertificate'>;
}

export interface CertificateOrder {
  site: string;
  device: string;
  publicKey: PublicKey;
  cause: 'enrolment' | 'renewal';
}

/**
 * Has the signing desk make a certificate, and hands it out only while the device may speak with this key: it may have
 * been revoked meanwhile. The desk is another process, so no transaction waits for it.
 * @throws DeviceError `device_revoked`, `device_quarantined`, `device_unknown`
 */
export async function issueCertificate(deps: IssueDeps, order: CertificateOrder): Promise<DeviceCertificate> {
  const { site, device, publicKey, cause } = order;
  const issuedAt = deps.now();
  const { pem, serial, notAfter } = await deps.desk.issueDeviceCertificate({ site, device, publicKey, now: issuedAt });
  await deps.database.transaction(async (tx) => {
    const kept = await tx
      .update(devices)
      .set({ certificateSerial: serial, certificateIssuedAt: issuedAt, certificateNotAfter: notAfter })
      .where(and(eq(devices.id, device), eq(devices.keyId, keyId(publicKey)), isNull(devices.standing)))
      .returning({ id: devices.id });
    if (kept.length === 0) {
      refuseBarred(device, await standingOf(tx, device));
      throw unknownDevice(device);
    }
    await record(tx, {
      actor: `device:${device}`,
      action: 'devices.issue-certificate',
      subject: `device:${device}`,
      details: { serial, notAfter, cause },
    });
  });
  return { pem, issuedAt, notAfter };
}
