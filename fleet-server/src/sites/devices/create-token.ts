import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { formatEnrolmentCode, sha256Hex, toBase64Url, utf8 } from '@plumbline/shared/trust';
import { isFleetName } from '@plumbline/shared/wire';
import { record } from '../../platform/audit/index.ts';
import { devices, enrolmentTokens, type Database } from '../../platform/db/index.ts';
import { DeviceError } from './errors.ts';

export interface NewToken {
  site: string;
  device: string;
  tags: string[];
  lifetimeMs: number;
}

/**
 * Makes a one-time token for one named device. The code is what an installer carries; only its hash is kept.
 * @throws DeviceError `name_invalid`, `device_exists`
 */
export async function createToken(
  deps: { database: Database; now: () => number; rootSha256: string; publicUrl: string },
  actor: string,
  input: NewToken,
): Promise<{ code: string; expiresAt: number }> {
  for (const field of ['site', 'device'] as const) {
    if (!isFleetName(input[field])) {
      throw new DeviceError('name_invalid', `${field}: ${JSON.stringify(input[field])}`, {
        field,
        expected: '1–64 of a–z, 0–9, dot, dash, underscore; letter or digit at both ends',
      });
    }
  }
  const token = toBase64Url(randomBytes(24));
  const expiresAt = deps.now() + input.lifetimeMs;
  await deps.database.transaction(async (tx) => {
    const [known] = await tx.select({ id: devices.id }).from(devices).where(eq(devices.id, input.device));
    if (known)
      throw new DeviceError('device_exists', `device ${input.device} is enrolled`, {
        kind: 'conflict',
        field: 'device',
      });
    await tx.insert(enrolmentTokens).values({
      tokenSha256: sha256Hex(utf8(token)),
      site: input.site,
      device: input.device,
      tags: JSON.stringify(input.tags),
      expiresAt,
      usedAt: null,
      usedByKey: null,
    });
    await record(tx, {
      actor,
      action: 'devices.create-token',
      subject: `device:${input.device}`,
      details: { site: input.site, tags: input.tags, expiresAt },
    });
  });
  return { code: formatEnrolmentCode({ v: 1, url: deps.publicUrl, token, rootSha256: deps.rootSha256 }), expiresAt };
}
