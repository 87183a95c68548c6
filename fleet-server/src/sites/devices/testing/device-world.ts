import type { EnrolRequest } from '@plumbline/shared/api';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { createSigner, enrolmentProofBytes, parseEnrolmentCode, toHex } from '@plumbline/shared/trust';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { createAuthority } from '../../../supply/keys/ca/authority.ts';
import { createRootCertificate } from '../../../supply/keys/ca/root-certificate.ts';
import type { IssueDeps } from '../certificates/issue.ts';
import { createToken, type NewToken, type TokenDeps } from '../enrolment/create-tokens.ts';
import { enrolDevice } from '../enrolment/enrol.ts';

/** A database in memory, a clock that is moved by hand and a real authority: what the verbs of this room stand on. */
export interface DeviceWorld extends TokenDeps, IssueDeps {
  clock: VirtualClock;
  token(input?: Partial<NewToken>): Promise<string>;
  enrol(token: string, by?: TestSigner, changed?: Partial<EnrolRequest>): ReturnType<typeof enrolDevice>;
  /** Token and enrolment in one. */
  enrolled(device: string, by?: TestSigner): Promise<void>;
  close(): Promise<void>;
}

export type TestSigner = ReturnType<typeof signer>;

export const signer = (fill: number, type: 'ed25519' | 'p256' = 'ed25519') =>
  createSigner({ type, secret: new Uint8Array(32).fill(fill) });

export const [MINE, THIEF] = [signer(1), signer(2)];
export const PROFILE = 'linux-x64-dev';

/** @param caFill byte of the secret of the authority: worlds of different bytes do not trust each other */
export async function createDeviceWorld(caFill = 7): Promise<DeviceWorld> {
  const clock = createVirtualClock();
  const database: Database = await openDatabase({ url: 'sqlite::memory:', clock });
  const secret = new Uint8Array(32).fill(caFill);
  const caPem = await createRootCertificate(secret, clock.now());
  const authority = await createAuthority(secret, caPem);
  const world: DeviceWorld = {
    clock,
    database,
    now: clock.now,
    caPem,
    root: { version: 1, sha256: 'ab'.repeat(32) },
    publicUrl: 'https://fleet.example:8443',
    desk: { issueDeviceCertificate: authority.device },
    async token(input) {
      const whole = { site: 'north', device: 'gw-1', tags: ['crane'], lifetimeMs: 60_000, ...input };
      return parseEnrolmentCode((await createToken(world, 'user:ana', whole)).code).token;
    },
    enrol: (token, by = MINE, changed) => enrolDevice(world, { ...requestOf(token, by), ...changed }, '192.0.2.7'),
    async enrolled(device, by) {
      await world.enrol(await world.token({ device }), by);
    },
    close: () => database.close(),
  };
  return world;
}

export function requestOf(token: string, by: TestSigner): EnrolRequest {
  const proof = toHex(by.sign(enrolmentProofBytes(token)));
  return { token, publicKey: by.publicKey, proof, profile: PROFILE, agent: '0.1.0' };
}
