import { randomBytes } from 'node:crypto';
import { inArray } from 'drizzle-orm';
import { profileIds } from '@plumbline/firmware-profiles';
import { certificateSha256, formatEnrolmentCode, sha256Hex, toBase64Url, utf8 } from '@plumbline/shared/trust';
import { isFleetName } from '@plumbline/shared/wire';
import { record } from '../../../platform/audit/index.ts';
import { devices, enrolmentTokens, type Database, type Db } from '../../../platform/db/index.ts';
import { DeviceError } from '../errors.ts';

export type Approval = 'policy' | 'required';

export interface NewToken {
  site: string;
  device: string;
  tags: string[];
  lifetimeMs: number;
  /** Firmware profile of the only class of device that may use it. */
  profile?: string | undefined;
  /** `required`: a person compares fingerprints before the device gets its name. */
  approval?: Approval | undefined;
  /** Where it stood in the caller's file, for messages. */
  line?: number | undefined;
}

export interface MadeToken {
  site: string;
  device: string;
  tags: string[];
  profile: string | undefined;
  approval: Approval;
  /** What an installer carries; only the hash of its secret is kept. */
  code: string;
  expiresAt: number;
}

export interface TokenDeps {
  database: Database;
  now: () => number;
  /** The root document in force, which the code pins. */
  root: { version: number; sha256: string };
  /** Certificate authority of servers and devices, pinned beside it. */
  caPem: string;
  publicUrl: string;
}

/**
 * Makes a one-time token for one named device.
 * @throws DeviceError `name_invalid`, `profile_unknown`, `device_exists`
 */
export async function createToken(deps: TokenDeps, actor: string, input: NewToken): Promise<MadeToken> {
  return deps.database.transaction(async (tx) => {
    const problem = faultOf(input, await enrolledAmong(tx, [input]));
    if (problem !== undefined) throw problem;
    return make(tx, deps, actor, input);
  });
}

/**
 * Makes many, or none when one of them cannot be.
 * @throws DeviceError `tokens_invalid`, naming every bad one by its line
 */
export async function createTokens(deps: TokenDeps, actor: string, inputs: readonly NewToken[]): Promise<MadeToken[]> {
  return deps.database.transaction(async (tx) => {
    const enrolled = await enrolledAmong(tx, inputs);
    const named = new Set<string>();
    const faults = inputs.flatMap((input, index) => {
      const where = input.line === undefined ? `tokens[${index}]` : `line ${input.line}`;
      const fault = named.has(input.device)
        ? `device: ${input.device} stands there twice`
        : faultOf(input, enrolled)?.message;
      named.add(input.device);
      return fault === undefined ? [] : [`${where}: ${fault}`];
    });
    if (faults.length > 0) {
      throw new DeviceError('tokens_invalid', faults.join('\n'), {
        field: 'tokens',
        expected: 'every line right; none of them was made',
      });
    }
    const made: MadeToken[] = [];
    for (const input of inputs) made.push(await make(tx, deps, actor, input));
    return made;
  });
}

const CHUNK = 500;

async function enrolledAmong(tx: Db, inputs: readonly NewToken[]): Promise<Set<string>> {
  const enrolled = new Set<string>();
  for (let from = 0; from < inputs.length; from += CHUNK) {
    const ids = inputs.slice(from, from + CHUNK).map(({ device }) => device);
    for (const { id } of await tx.select({ id: devices.id }).from(devices).where(inArray(devices.id, ids)))
      enrolled.add(id);
  }
  return enrolled;
}

function faultOf(input: NewToken, enrolled: ReadonlySet<string>): DeviceError | undefined {
  for (const field of ['site', 'device'] as const) {
    if (!isFleetName(input[field])) {
      return new DeviceError('name_invalid', `${field}: ${JSON.stringify(input[field])} is no fleet name`, {
        field,
        expected: '1–64 of a–z, 0–9, dot, dash, underscore; letter or digit at both ends',
      });
    }
  }
  if (input.profile !== undefined && !profileIds.includes(input.profile)) {
    return new DeviceError('profile_unknown', `profile: no firmware profile ${JSON.stringify(input.profile)}`, {
      field: 'profile',
      expected: profileIds.join(' | '),
    });
  }
  if (!enrolled.has(input.device)) return undefined;
  return new DeviceError('device_exists', `device: ${input.device} is enrolled`, {
    kind: 'conflict',
    field: 'device',
    // A name stands for one key for ever: rows, reports and audit are read by it.
    expected: 'a name that no device had; one that lost its identity gets a new one, and the old one is revoked',
  });
}

async function make(tx: Db, deps: TokenDeps, actor: string, input: NewToken): Promise<MadeToken> {
  const { site, device, tags, profile, approval = 'policy' } = input;
  const { root, caPem, publicUrl } = deps;
  const issuedAt = deps.now();
  const expiresAt = issuedAt + input.lifetimeMs;
  const token = toBase64Url(randomBytes(24));
  await tx.insert(enrolmentTokens).values({
    tokenSha256: sha256Hex(utf8(token)),
    site,
    device,
    tags: JSON.stringify(tags),
    profile: profile ?? null,
    approval,
    rootVersion: root.version,
    issuedAt,
    expiresAt,
    askedAt: null,
    askedKey: null,
    approvedAt: null,
    usedAt: null,
    usedByKey: null,
  });
  await record(tx, {
    actor,
    action: 'devices.create-token',
    subject: `device:${device}`,
    details: { site, tags, profile: profile ?? null, approval, expiresAt },
  });
  const pinned = { rootSha256: root.sha256, caSha256: certificateSha256(caPem) };
  const code = formatEnrolmentCode({ v: 1, url: publicUrl, token, issuedAt, ...pinned });
  return { site, device, tags, profile, approval, code, expiresAt };
}
