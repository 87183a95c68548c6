import { describe, expect, it } from 'vitest';
import { sha256Hex } from './bytes.ts';
import type { AssignmentDocument, LineDocument, RootDocument } from './documents.ts';
import { signDocument } from './envelope.ts';
import { createSigner, type Signer } from './signer.ts';
import { checkInstall, verifyAssignment, verifyLine, verifyPinnedRoot } from './verify.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 24 * 3_600_000;
const signer = (byte: number) => createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(byte) });
const [offline, director, builder, approver, stranger] = [signer(1), signer(2), signer(3), signer(4), signer(5)];
const HASH = 'ab'.repeat(32);

function rootOf(roles: Record<'root' | 'director' | 'builder' | 'approver', Signer[]>, threshold = {}): RootDocument {
  const role = (name: keyof typeof roles) => ({ keyids: roles[name].map((one) => one.keyId), threshold: 1 });
  const keys = Object.values(roles)
    .flat()
    .map((one) => [one.keyId, one.publicKey] as const);
  return {
    _type: 'root',
    version: 1,
    expires: '2036-01-01T00:00:00Z',
    keys: Object.fromEntries(keys),
    roles: {
      root: role('root'),
      director: role('director'),
      builder: { ...role('builder'), ...threshold },
      approver: role('approver'),
    },
  };
}
const root = rootOf({ root: [offline], director: [director], builder: [builder], approver: [approver] });

const PATH = 'models/delay/7/tree.plb';
const line: LineDocument = {
  _type: 'targets',
  spec_version: '1.0.0',
  line: 'delay',
  version: 3,
  expires: '2026-12-31T00:00:00Z',
  targets: {
    [PATH]: {
      length: 1000,
      hashes: { sha256: HASH },
      custom: { counter: 7, version: '1.2.0', variant: 'tree', profiles: ['moxa-uc-3400a'] },
    },
  },
};
const refused = (code: string, field?: string) =>
  expect.objectContaining({ name: 'TrustError', kind: 'refused', code, ...(field && { field }) }) as Error;

describe('a pinned root', () => {
  const bytes = signDocument({ ...root }, [offline]);

  it('is the one whose hash was pinned, signed by itself', () => {
    expect(verifyPinnedRoot(bytes, sha256Hex(bytes))).toEqual(root);
    expect(() => verifyPinnedRoot(bytes, HASH)).toThrow(refused('wrong_root', 'root'));
  });

  it.each([
    ['nobody', []],
    ['another of its own keys', [director]],
    ['a stranger', [stranger]],
  ])('is refused when signed by %s', (_, signers) => {
    const other = signDocument({ ...root }, signers);
    expect(() => verifyPinnedRoot(other, sha256Hex(other))).toThrow(expect.objectContaining({ field: 'root' }));
  });

  it('is refused without a role', () => {
    const { approver: _approver, ...roles } = root.roles;
    const other = signDocument({ ...root, roles }, [offline]);
    expect(() => verifyPinnedRoot(other, sha256Hex(other))).toThrow(refused('document_malformed', 'root'));
  });
});

describe('a line document', () => {
  const expected = { line: 'delay', knownVersion: 3, now: NOW };
  const signed = (changed: object = {}, signers = [builder, approver]) =>
    signDocument({ ...line, ...changed }, signers);

  it('is a release list when a builder and an approver signed it', () => {
    expect(verifyLine(signed(), root, expected)).toEqual(line);
  });

  it.each([
    ['the builder only', [builder], 'key_unknown', 'line delay (approver)'],
    ['the approver only', [approver], 'key_unknown', 'line delay (builder)'],
    ['the director and the approver', [director, approver], 'key_unknown', 'line delay (builder)'],
    ['the builder and a stranger', [builder, stranger], 'key_unknown', 'line delay (approver)'],
    ['nobody', [], 'signature_missing', 'line delay (builder)'],
  ])('is refused with a signature by %s', (_, signers, code, field) => {
    expect(() => verifyLine(signed({}, signers), root, expected)).toThrow(refused(code, field));
  });

  it('is refused when one key stands for both roles', () => {
    const both = rootOf({ root: [offline], director: [director], builder: [builder, stranger], approver: [builder] });
    expect(() => verifyLine(signed({}, [builder]), both, expected)).toThrow(refused('below_threshold', 'line delay'));
    expect(verifyLine(signed({}, [builder, stranger]), both, expected)).toEqual(line);
  });

  it('is refused when one key fills up a threshold of two builders and the approver', () => {
    const roles = {
      root: [offline],
      director: [director],
      builder: [builder, stranger],
      approver: [stranger, approver],
    };
    const three = rootOf(roles, { threshold: 2 });
    expect(() => verifyLine(signed({}, [builder, stranger]), three, expected)).toThrow(refused('below_threshold'));
    expect(verifyLine(signed({}, [builder, stranger, approver]), three, expected)).toEqual(line);
  });

  it.each([
    ['is older than the newest seen', { version: 2 }, 'rollback', 'line delay.version'],
    ['is about another line', { line: 'cost' }, 'document_malformed', 'line delay.line'],
    ['has expired', { expires: '2026-06-01T00:00:00Z' }, 'expired', 'line delay.expires'],
    ['expires on a day that no calendar has', { expires: '2026-13-45T99:99:99Z' }, 'document_malformed', undefined],
    ['expires on 30 February', { expires: '2026-02-30T00:00:00Z' }, 'document_malformed', undefined],
    ['expires in no time zone', { expires: '2026-12-31T00:00:00' }, 'document_malformed', undefined],
    ['says garbage for a date', { expires: 'garbage' }, 'document_malformed', undefined],
    ['has version 1.5', { version: 1.5 }, 'document_malformed', undefined],
    ['has version -1', { version: -1 }, 'document_malformed', undefined],
    ['has version 1e21', { version: 1e21 }, 'document_malformed', undefined],
    ['says more than the schema', { more: true }, 'document_malformed', undefined],
    ['is too long', { spec_version: 'x'.repeat(17_000) }, 'bad_length', 'line delay'],
  ])('is refused when it %s', (_, changed, code, field) => {
    expect(() => verifyLine(signed(changed), root, expected)).toThrow(refused(code, field));
  });

  it.each([
    'models/../../etc/7/passwd.plb',
    'models/delay/7/%2e%2e.plb',
    'models/delay/7/a\u0000.plb',
    'models/delay/7/tree.plb/..',
    'x'.repeat(4096),
  ])('is refused when it names the path %j', (path) => {
    const targets = { [path]: line.targets[PATH] };
    expect(() => verifyLine(signed({ targets }), root, expected)).toThrow(refused('document_malformed'));
  });

  it('gives no target for a path `__proto__`', () => {
    const targets = Object.fromEntries([['__proto__', line.targets[PATH]]]);
    const opened = verifyLine(signed({ targets }), root, expected);
    expect(Object.keys(opened.targets)).toEqual([]);
    expect(Object.getPrototypeOf(opened.targets)).toBe(Object.prototype);
  });

  it('is accepted again at the version that is known', () => {
    expect(verifyLine(signed(), root, { ...expected, knownVersion: 3 }).version).toBe(3);
  });
});

describe('an assignment', () => {
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
  const memory = { site: 'north', device: 'gw-1', seq: 4, timeFloor: NOW - DAY_MS };
  const signed = (changed: object = {}, by = director) => signDocument({ ...assignment, ...changed }, [by]);

  it('is obeyed when it is for this device, newer than any seen and in force', () => {
    expect(verifyAssignment(signed(), root, memory, NOW)).toEqual(assignment);
  });

  it.each([
    ['another device', { device: 'gw-2' }, 'wrong_device', 'assignment.device'],
    ['another site', { site: 'south' }, 'wrong_site', 'assignment.site'],
    ['a seq that was seen', { seq: 4 }, 'rollback', 'assignment.seq'],
    ['a lower seq', { seq: 3 }, 'rollback', 'assignment.seq'],
    ['a seq beyond safe integers', { seq: 2 ** 53 }, 'document_malformed', 'assignment.seq'],
    ['an end that has passed', { expires: NOW }, 'expired', 'assignment.expires'],
    ['a time floor after its own issue', { timeFloor: NOW + 1 }, 'document_malformed', 'assignment.timeFloor'],
    [
      'a time floor in the year 9999',
      { timeFloor: Date.UTC(9999, 0), issued: Date.UTC(9999, 0), expires: Date.UTC(9999, 1) },
      'document_malformed',
      'assignment.timeFloor',
    ],
    ['a member more', { admin: true }, 'document_malformed', undefined],
    ['a path that leaves the store', { models: [{ path: '../x' }] }, 'document_malformed', undefined],
  ])('is refused with %s', (_, changed, code, field) => {
    expect(() => verifyAssignment(signed(changed), root, memory, NOW)).toThrow(refused(code, field));
  });

  it('is refused when somebody else than the director signed it', () => {
    expect(() => verifyAssignment(signed({}, builder), root, memory, NOW)).toThrow(
      refused('key_unknown', 'assignment'),
    );
  });

  it('is refused above 4 KB, before anything is verified', () => {
    const long = signed({ nonce: 'n'.repeat(4000) }, stranger);
    expect(long.length).toBeGreaterThan(4096);
    expect(() => verifyAssignment(long, root, memory, NOW)).toThrow(refused('bad_length', 'assignment'));
  });

  it('has expired by the time floor even when the clock of the device went back to 1970', () => {
    const past = { ...memory, timeFloor: NOW + 31 * DAY_MS };
    expect(() => verifyAssignment(signed(), root, past, 0)).toThrow(refused('expired'));
  });

  it('may bring time forward by a day and no more', () => {
    const issued = NOW + DAY_MS;
    expect(verifyAssignment(signed({ issued, timeFloor: issued }), root, memory, NOW).timeFloor).toBe(issued);
    const later = { issued: issued + 1, timeFloor: issued + 1 };
    expect(() => verifyAssignment(signed(later), root, memory, NOW)).toThrow(refused('document_malformed'));
  });
});

describe('an install', () => {
  const payload = { codec: 'none' as const, length: 1000, sha256: HASH };
  const model = { model: 'delay', path: PATH, length: 1000, sha256: HASH, releaseCounter: 7, payload };
  const check =
    (changed: object = {}, floor = 0, ran = 0, profile = 'moxa-uc-3400a', of = line) =>
    () =>
      checkInstall({ ...model, ...changed }, of, floor, ran, profile);

  it('goes ahead when assignment and release agree, also for the counter that runs already', () => {
    expect(check()).not.toThrow();
    expect(check({}, 7, 7)).not.toThrow();
  });

  it.each([
    ['a path that is no release', check({ path: 'models/delay/8/tree.plb' }), 'not_in_release', 'path'],
    ['a model of another line', check({ model: 'cost' }), 'not_in_release', 'path'],
    ['another length', check({ length: 999 }), 'bad_length', 'length'],
    ['another hash', check({ sha256: 'cd'.repeat(32) }), 'bad_hash', 'sha256'],
    ['another counter', check({ releaseCounter: 8 }), 'not_in_release', 'releaseCounter'],
    ['a profile it was not released for', check({}, 0, 0, 'ipad-10'), 'not_in_release', 'path'],
    ['a counter below the floor', check({}, 8), 'rollback', 'releaseCounter'],
    ['a counter below what has run', check({}, 0, 8), 'rollback', 'releaseCounter'],
  ])('is refused for %s', (_, install, code, field) => {
    expect(install).toThrow(refused(code));
    expect(install).toThrow(expect.objectContaining({ field: expect.stringMatching(new RegExp(`\\.${field}$`)) }));
  });

  it('goes ahead on every profile when the release names none', () => {
    const target = line.targets[PATH];
    const open = { ...line, targets: { [PATH]: { ...target!, custom: { ...target!.custom, profiles: [] } } } };
    expect(check({}, 0, 0, 'ipad-10', open)).not.toThrow();
  });
});
