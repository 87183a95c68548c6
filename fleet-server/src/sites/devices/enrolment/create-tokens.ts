import { randomBytes } from 'node:crypto';
import { profileIds } from '@plumbline/firmware-profiles';
import { certificateSha256, formatEnrolmentCode, sha256Hex, toBase64Url, utf8 } from '@plumbline/shared/trust';
import { isFleetName } from '@plumbline/shared/wire';
import { recordAll } from '../../../platform/audit/index.ts';
import {
  devices,
  enrolmentTokens,
  inArray,
  ne,
  rowsInserter,
  sites,
  type Database,
  type Db,
} from '../../../platform/db/index.ts';
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
 * @throws DeviceError `name_invalid`, `profile_unknown`, `device_exists`, `site_closing`, `site_archived`
 */
export async function createToken(deps: TokenDeps, actor: string, input: NewToken): Promise<MadeToken> {
  return deps.database.transaction((tx) => makeToken(tx, deps, actor, input));
}

type MakeDeps = Omit<TokenDeps, 'database'>;

/** Within the transaction of whoever needs it. @throws as `createToken` */
export async function makeToken(tx: Db, deps: MakeDeps, actor: string, input: NewToken): Promise<MadeToken> {
  const problem = faultOf(input, await knownAmong(tx, [input]));
  if (problem !== undefined) throw problem;
  const [made] = await keep(tx, [mint(deps, actor, input)]);
  if (made === undefined) throw new Error('one token was minted');
  return made;
}

/**
 * Makes many, or none when one of them cannot be.
 * @throws DeviceError `tokens_invalid`, naming every bad one by its line
 */
export async function createTokens(deps: TokenDeps, actor: string, inputs: readonly NewToken[]): Promise<MadeToken[]> {
  return deps.database.transaction((tx) => makeTokens(tx, deps, actor, inputs));
}

/** Within the transaction of whoever needs them. @throws as `createTokens` */
export async function makeTokens(
  tx: Db,
  deps: MakeDeps,
  actor: string,
  inputs: readonly NewToken[],
): Promise<MadeToken[]> {
  const known = await knownAmong(tx, inputs);
  const named = new Set<string>();
  const faults = inputs.flatMap((input, index) => {
    const where = input.line === undefined ? `tokens[${index}]` : `line ${input.line}`;
    const fault = named.has(input.device)
      ? `device: ${input.device} stands there twice`
      : faultOf(input, known)?.message;
    named.add(input.device);
    return fault === undefined ? [] : [`${where}: ${fault}`];
  });
  if (faults.length > 0) {
    throw new DeviceError('tokens_invalid', faults.join('\n'), {
      field: 'tokens',
      expected: 'every line right; none of them was made',
    });
  }
  return keep(
    tx,
    inputs.map((input) => mint(deps, actor, input)),
  );
}

const CHUNK = 500;

interface Known {
  /** Devices that have enrolled. */
  enrolled: ReadonlySet<string>;
  /** Sites where nobody new goes, by state. */
  closed: ReadonlyMap<string, string>;
}

async function knownAmong(tx: Db, inputs: readonly NewToken[]): Promise<Known> {
  const enrolled = new Set<string>();
  const notOpen = await tx.select({ id: sites.id, state: sites.state }).from(sites).where(ne(sites.state, 'open'));
  for (let from = 0; from < inputs.length; from += CHUNK) {
    const ids = inputs.slice(from, from + CHUNK).map(({ device }) => device);
    for (const { id } of await tx.select({ id: devices.id }).from(devices).where(inArray(devices.id, ids)))
      enrolled.add(id);
  }
  return { enrolled, closed: new Map(notOpen.map(({ id, state }) => [id, state])) };
}

function faultOf(input: NewToken, { enrolled, closed }: Known): DeviceError | undefined {
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
  const state = closed.get(input.site);
  if (state !== undefined) {
    const code = state === 'closing' ? 'site_closing' : 'site_archived';
    return new DeviceError(code, `site: ${input.site} is ${state}`, {
      kind: 'conflict',
      field: 'site',
      expected: 'a site that is open',
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

const insertTokens = rowsInserter(enrolmentTokens);

async function keep(tx: Db, minted: readonly ReturnType<typeof mint>[]): Promise<MadeToken[]> {
  await insertTokens(
    tx,
    minted.map(({ row }) => row),
  );
  await recordAll(
    tx,
    minted.map(({ entry }) => entry),
  );
  return minted.map(({ made }) => made);
}

/** What the installer gets, what is kept of it, and what the audit says. */
function mint(deps: MakeDeps, actor: string, input: NewToken) {
  const { site, device, tags, profile, approval = 'policy' } = input;
  const { root, caPem, publicUrl } = deps;
  const issuedAt = deps.now();
  const expiresAt = issuedAt + input.lifetimeMs;
  const token = toBase64Url(randomBytes(24));
  const pinned = { rootSha256: root.sha256, caSha256: certificateSha256(caPem) };
  const code = formatEnrolmentCode({ v: 1, url: publicUrl, token, issuedAt, ...pinned });
  const made: MadeToken = { site, device, tags, profile, approval, code, expiresAt };
  const row = {
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
  };
  const entry = {
    actor,
    action: 'devices.create-token',
    subject: `device:${device}`,
    details: { site, tags, profile: profile ?? null, approval, expiresAt },
  };
  return { made, row, entry };
}
