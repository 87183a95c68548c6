import { describe, expect, it } from 'vitest';
import { utf8 } from '../bytes.ts';
import type { Signer } from '../signing/signer.ts';
import { KEYS, signerOf } from '../testing/mint-signers.ts';
import type { AssignmentDocument } from './documents.ts';
import { readFleet, type FleetDocument } from './fleet-document.ts';
import { signAssignment, verifyAssignment, type DirectorMemories } from './verify-assignment.ts';
import { canonicalBytes } from '../signing/canonical-json.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 24 * 3_600_000;
const FARTHEST = Number.MAX_SAFE_INTEGER;
const { director, builder, stranger } = KEYS;
const fleetOf = (directors: readonly Signer[], floors: Record<string, number> = {}): FleetDocument => ({
  type: 'fleet',
  v: 1,
  version: 1,
  directors: directors.map((one) => one.publicKey),
  enrolmentCas: ['pem'],
  floors,
});
const fleet = fleetOf([director], { delay: 3 });
const assignment: AssignmentDocument = {
  type: 'assignment',
  v: 1,
  site: 'north',
  device: 'gw-1',
  seq: 5,
  issued: NOW,
  expires: NOW + 30 * DAY_MS,
  nonce: 'nonce-0001',
  models: [],
  settings: {},
  floors: {},
  timeFloor: NOW,
};
const context = { site: 'north', device: 'gw-1', now: NOW, signedTime: NOW };
const memory = { seq: 4, timeFloor: NOW - DAY_MS, floors: { delay: 7 } };
const memories: DirectorMemories = { [director.keyId]: memory };
const refused = (code: string, field?: string) =>
  expect.objectContaining({ name: 'TrustError', kind: 'refused', code, ...(field && { field }) }) as Error;
const signed = (changed: object = {}, ...by: Signer[]) =>
  signAssignment({ ...assignment, ...changed }, by.length > 0 ? by : [director]);
const verify = async (changed: object = {}, known = memories, over: Partial<typeof context> = {}) =>
  verifyAssignment(await signed(changed), fleet, known, { ...context, ...over });

describe('an assignment', () => {
  it('is obeyed when it is for this device, newer than any seen and in force', async () => {
    expect(await verify()).toEqual({
      assignment,
      keyid: director.keyId,
      memory: { seq: 5, timeFloor: NOW, floors: { delay: 7 } },
    });
  });

  it('is the first one: its director begins at the floors of the fleet', async () => {
    const { memory: begun } = await verify({ seq: 1 }, {});
    expect(begun).toEqual({ seq: 1, timeFloor: NOW, floors: { delay: 3 } });
  });

  it('raises what is remembered to new floors of the fleet, and lowers nothing', async () => {
    const bytes = await signed();
    const raised = verifyAssignment(
      bytes,
      fleetOf([director], { delay: 2, iris: 9, constructor: 1 }),
      memories,
      context,
    );
    expect(raised.memory.floors).toEqual({ delay: 7, iris: 9, constructor: 1 });
    expect(memory.floors).toEqual({ delay: 7 });
  });

  it('may be signed by a process elsewhere', async () => {
    const remote = { ...director, sign: async (bytes: Uint8Array) => director.sign(bytes) };
    expect(verifyAssignment(await signed({}, remote), fleet, memories, context).assignment).toEqual(assignment);
  });

  it.each([
    ['another device', { device: 'gw-2' }, 'wrong_device', 'assignment.device'],
    ['another site', { site: 'south' }, 'wrong_site', 'assignment.site'],
    ['a seq that was seen', { seq: 4 }, 'rollback', 'assignment.seq'],
    ['a lower seq', { seq: 0 }, 'rollback', 'assignment.seq'],
    ['a seq that is no safe integer', { seq: 2 ** 53 }, 'document_malformed', 'assignment.seq'],
    ['an end that has passed', { expires: NOW }, 'expired', 'assignment.expires'],
    ['a time floor after its own issue', { timeFloor: NOW + 1 }, 'fast_forward', 'assignment.timeFloor'],
    ['a member more', { admin: true }, 'document_malformed', 'assignment'],
    ['one line twice', { models: [modelOf('a'), modelOf('a')] }, 'document_malformed', 'assignment.models'],
  ])('is refused with %s', async (_, changed, code, field) => {
    await expect(verify(changed)).rejects.toThrow(refused(code, field));
  });

  it.each([
    'models/../../etc/7/passwd.plb',
    'models/../7/x.plb',
    'models/delay/7/../x.plb',
    'models/delay/7/%2e%2e.plb',
    'models/delay/7/a\u0000.plb',
    '/models/delay/7/tree.plb',
    String.raw`models\delay\7\tree.plb`,
    `models/delay/7/${'x'.repeat(400)}.plb`,
  ])('is refused with the path %j', async (path) => {
    await expect(verify({ models: [{ ...modelOf('delay'), path }] })).rejects.toThrow(
      refused('document_malformed', 'assignment.models.0.path'),
    );
  });

  it('is refused when no director signed it', async () => {
    for (const by of [builder, stranger]) {
      const bytes = await signed({}, by);
      expect(() => verifyAssignment(bytes, fleet, memories, context)).toThrow(
        refused('key_unknown', 'assignment.signatures'),
      );
    }
  });

  it('is refused when its signature is of another text', async () => {
    const text = new TextDecoder().decode(await signed());
    const forged = utf8(text.replace('"seq":5', '"seq":6'));
    expect(() => verifyAssignment(forged, fleet, memories, context)).toThrow(
      refused('signature_invalid', 'assignment.signatures'),
    );
  });

  it('is refused above 4 KB, before anything is verified', async () => {
    const bytes = await signed({ nonce: 'n'.repeat(4000) }, stranger);
    expect(() => verifyAssignment(bytes, fleet, memories, context)).toThrow(refused('bad_length', 'assignment'));
  });

  it('once more is judged again, and only when the caller knows it as the same', async () => {
    const obeyed = { [director.keyId]: { ...memory, seq: 5 } };
    const bytes = await signed();
    expect(() => verifyAssignment(bytes, fleet, obeyed, context)).toThrow(refused('rollback'));
    expect(verifyAssignment(bytes, fleet, obeyed, { ...context, repeated: true }).memory.seq).toBe(5);
    const older = await signed({ seq: 4 });
    expect(() => verifyAssignment(older, fleet, obeyed, { ...context, repeated: true })).toThrow(refused('rollback'));
  });

  it('has expired by the time floor even when the clock of the device went back to 1970', async () => {
    const known = { [director.keyId]: { ...memory, timeFloor: NOW + 31 * DAY_MS } };
    await expect(verify({}, known, { now: 0 })).rejects.toThrow(refused('expired', 'assignment.expires'));
  });

  it('may run a day ahead of signed time and no more', async () => {
    const issued = NOW + DAY_MS;
    expect((await verify({ issued, timeFloor: issued })).memory.timeFloor).toBe(issued);
    await expect(verify({ issued: issued + 1, timeFloor: 0 })).rejects.toThrow(
      refused('fast_forward', 'assignment.issued'),
    );
  });
});

describe('a stolen director key', () => {
  it('cannot put the seq out of reach', async () => {
    const step = 2 ** 20;
    await expect(verify({ seq: FARTHEST })).rejects.toThrow(refused('fast_forward', 'assignment.seq'));
    await expect(verify({ seq: 4 + step + 1 })).rejects.toThrow(refused('fast_forward', 'assignment.seq'));
    expect((await verify({ seq: 4 + step })).memory.seq).toBe(4 + step);
  });

  it.each([Date.UTC(9999, 11, 31), FARTHEST, NOW + DAY_MS + 1])('cannot move the time floor to %i', async (at) => {
    await expect(verify({ timeFloor: at, issued: at, expires: FARTHEST })).rejects.toThrow(
      refused('fast_forward', 'assignment.issued'),
    );
    await expect(verify({ timeFloor: at, expires: FARTHEST })).rejects.toThrow(
      refused('fast_forward', 'assignment.timeFloor'),
    );
  });

  it('leaves nothing in memory by floors: those count only where a release bears them', async () => {
    expect((await verify({ floors: { delay: FARTHEST, iris: FARTHEST } })).memory.floors).toEqual({ delay: 7 });
  });

  it('is worth nothing after the fleet names another, which begins anew however far the thief went', async () => {
    const far = { seq: FARTHEST, timeFloor: NOW + DAY_MS, floors: { delay: 1_000_000 } };
    const known = { [director.keyId]: far };
    const fresh = signerOf(40);
    const replaced = fleetOf([fresh], { delay: 8 });
    const old = await signed({ seq: FARTHEST });
    expect(() => verifyAssignment(old, replaced, known, { ...context, repeated: true })).toThrow(
      refused('key_unknown'),
    );
    const next = verifyAssignment(await signed({ seq: 1 }, fresh), replaced, known, context);
    expect(next).toMatchObject({ keyid: fresh.keyId, memory: { seq: 1, timeFloor: NOW, floors: { delay: 8 } } });
  });

  it('does not touch what is remembered of another director of the same fleet', async () => {
    const second = signerOf(41);
    const both = fleetOf([director, second]);
    const known = { ...memories, [second.keyId]: { ...memory, seq: 90 } };
    expect(verifyAssignment(await signed(), both, known, context).keyid).toBe(director.keyId);
    const bytes = await signed({ seq: 5 }, second);
    expect(() => verifyAssignment(bytes, both, known, context)).toThrow(refused('rollback', 'assignment.seq'));
  });
});

describe('the fleet document', () => {
  it('is read from its canonical form', () => {
    expect(readFleet(canonicalBytes(fleet))).toEqual(fleet);
  });

  it.each([
    ['white space', utf8(JSON.stringify(fleet, null, 1)), 'not_canonical', 'trust/fleet.json'],
    ['no director', canonicalBytes({ ...fleet, directors: [] }), 'document_malformed', 'trust/fleet.json.directors'],
    ['version 0', canonicalBytes({ ...fleet, version: 0 }), 'document_malformed', 'trust/fleet.json.version'],
    [
      'a negative floor',
      canonicalBytes({ ...fleet, floors: { a: -1 } }),
      'document_malformed',
      'trust/fleet.json.floors.a',
    ],
    ['a member more', canonicalBytes({ ...fleet, more: 1 }), 'document_malformed', 'trust/fleet.json'],
    ['nothing', utf8(''), 'document_malformed', 'trust/fleet.json'],
  ])('is refused with %s', (_, bytes, code, field) => {
    expect(() => readFleet(bytes)).toThrow(refused(code, field));
  });
});

function modelOf(model: string) {
  const sha256 = 'ab'.repeat(32);
  const payload = { codec: 'none' as const, length: 1, sha256 };
  return { model, path: `models/${model}/7/tree.plb`, length: 1, sha256, releaseCounter: 7, payload };
}
