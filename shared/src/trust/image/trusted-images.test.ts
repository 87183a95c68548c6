import { describe, expect, it } from 'vitest';
import { sha256Hex, utf8 } from '../bytes.ts';
import type { Signer } from '../signing/signer.ts';
import {
  delegationsDraft,
  keysOf,
  metaOf,
  rootDraft,
  snapshotDraft,
  targetsDraft,
  timestampDraft,
  type Draft,
} from '../testing/mint-documents.ts';
import { KEYS, signerOf } from '../testing/mint-signers.ts';
import { readMetadata, signMetadata } from './metadata.ts';
import { startTrust, updateRoot, updateSnapshot, updateTargets, updateTimestamp } from './trusted-images.ts';

const NOW = Date.UTC(2026, 5, 1);
const PAST = '2026-05-31T23:59:59Z';
const refused = (code: string, field?: string) =>
  expect.objectContaining({ name: 'TrustError', kind: 'refused', code, ...(field && { field }) }) as Error;

const root1 = await signMetadata(rootDraft(1), [KEYS.root]);
const start = startTrust(root1);
const withTimestamp = async (draft: Draft, trust = start, signers: readonly Signer[] = [KEYS.timestamp]) =>
  updateTimestamp(trust, await signMetadata(draft, signers), NOW);

describe('a first root', () => {
  it('is the pinned one, and signs itself', () => {
    expect(startTrust(root1, sha256Hex(root1)).root.version).toBe(1);
    expect(() => startTrust(root1, 'ab'.repeat(32))).toThrow(refused('wrong_root', 'root'));
  });

  it('is refused unsigned, and signed by a key it does not name', async () => {
    for (const signers of [[], [KEYS.stranger], [KEYS.timestamp]]) {
      const bytes = await signMetadata(rootDraft(1), signers);
      expect(() => startTrust(bytes)).toThrow(refused('below_threshold', 'root.signatures'));
    }
  });
});

const rootWithTwo = (signers: readonly Signer[], roles: Draft = {}) =>
  rootDraft(
    1,
    { timestamp: signers },
    {
      roles: {
        ...(rootDraft(1)['roles'] as Draft),
        timestamp: { keyids: signers.map((k) => k.keyId), threshold: 2 },
        ...roles,
      },
    },
  );

describe('a threshold', () => {
  const [anna, ben, carla] = [signerOf(11), signerOf(12, 'p256'), signerOf(13)];
  const timestamp = timestampDraft(1, { version: 1 });

  it('of two is reached by two keys, of either kind', async () => {
    const trust = startTrust(await signMetadata(rootWithTwo([anna, ben]), [KEYS.root]));
    expect((await withTimestamp(timestamp, trust, [anna, ben])).timestamp?.signed.version).toBe(1);
  });

  it.each([
    ['nobody', []],
    ['one of them', [anna]],
    ['strangers', [carla, KEYS.stranger]],
    ['one of them and a stranger', [ben, carla]],
    ['keys of other roles', [KEYS.root, KEYS.targets, KEYS.snapshot]],
  ])('of two is not reached by %s', async (_, signers) => {
    const trust = startTrust(await signMetadata(rootWithTwo([anna, ben]), [KEYS.root]));
    await expect(withTimestamp(timestamp, trust, signers)).rejects.toThrow(
      refused('below_threshold', 'timestamp.signatures'),
    );
  });

  it('of two is not reached by one key that is named under two ids', async () => {
    const alias = 'ff'.repeat(32);
    const [tuf] = Object.values(keysOf(anna));
    const draft = rootDraft(1);
    const root = {
      ...draft,
      keys: { ...(draft['keys'] as Draft), [anna.keyId]: tuf, [alias]: tuf },
      roles: { ...(draft['roles'] as Draft), timestamp: { keyids: [anna.keyId, alias], threshold: 2 } },
    };
    const trust = startTrust(await signMetadata(root, [KEYS.root]));
    const bytes = await signMetadata(timestamp, [anna, { ...anna, keyId: alias }]);
    expect(() => updateTimestamp(trust, bytes, NOW)).toThrow(refused('below_threshold'));
  });

  it('is not reached by the same signature twice, nor by a role that lists a key twice', async () => {
    const bytes = await signMetadata(timestamp, [KEYS.timestamp, KEYS.timestamp]);
    expect(() => updateTimestamp(start, bytes, NOW)).toThrow(refused('document_malformed', 'timestamp.signatures'));
    await expect(async () => startTrust(await signMetadata(rootWithTwo([anna, anna]), [KEYS.root]))).rejects.toThrow(
      refused('document_malformed', 'root.roles.timestamp.keyids'),
    );
  });

  it('is not reached by a signature that somebody cut, changed or wrote in words', async () => {
    const bytes = await signMetadata(timestamp, [KEYS.timestamp]);
    const { signatures, raw } = readMetadata(bytes, 'timestamp');
    const sig = signatures[0]?.sig ?? '';
    for (const wrong of [
      '',
      'zz',
      sig.slice(2),
      `${sig}00`,
      sig.replace(/^../, (two_) => (two_ === '00' ? '01' : '00')),
    ]) {
      const forged = utf8(JSON.stringify({ signatures: [{ keyid: KEYS.timestamp.keyId, sig: wrong }], signed: raw }));
      expect(() => updateTimestamp(start, forged, NOW)).toThrow(refused('below_threshold'));
    }
  });
});

const signedRoot = (version: number, by: readonly Signer[], signers: readonly Signer[], changed: Draft = {}) =>
  signMetadata(rootDraft(version, { root: by }, changed), signers);

describe('a chain of roots', () => {
  it('is walked one by one: twenty rotations, each by the key before and the new one', async () => {
    let trust = start;
    let held: Signer = KEYS.root;
    for (let version = 2; version <= 21; version += 1) {
      const next = signerOf(100 + version, version % 2 === 0 ? 'p256' : 'ed25519');
      trust = updateRoot(trust, await signedRoot(version, [next], [held, next]));
      held = next;
    }
    expect(trust.root.version).toBe(21);
    expect(trust.root.roles.root.keyids).toEqual([held.keyId]);
  });

  it.each([
    ['skips one', 3, 'fast_forward'],
    ['repeats', 1, 'rollback'],
  ])('is refused where it %s', async (_, version, code) => {
    const bytes = await signedRoot(version, [KEYS.root], [KEYS.root]);
    expect(() => updateRoot(start, bytes)).toThrow(refused(code, 'root.version'));
  });

  it('is refused where the old keys, or the new ones, did not sign', async () => {
    const next = signerOf(50);
    for (const signers of [[next], [KEYS.root], [KEYS.stranger]]) {
      const bytes = await signedRoot(2, [next], signers);
      expect(() => updateRoot(start, bytes)).toThrow(refused('below_threshold', 'root.signatures'));
    }
  });

  it('may pass through roots that have expired, and must not end in one', async () => {
    const expired = updateRoot(start, await signedRoot(2, [KEYS.root], [KEYS.root], { expires: PAST }));
    await expect(withTimestamp(timestampDraft(1, { version: 1 }), expired)).rejects.toThrow(
      refused('stale', 'root.expires'),
    );
    const fresh = updateRoot(expired, await signedRoot(3, [KEYS.root], [KEYS.root]));
    expect((await withTimestamp(timestampDraft(1, { version: 1 }), fresh)).timestamp).toBeDefined();
  });
});

describe('a timestamp', async () => {
  const held = await withTimestamp(timestampDraft(5, { version: 5 }));

  it.each([
    ['an older version', timestampDraft(4, { version: 5 }), 'rollback', 'timestamp.version'],
    ['an older snapshot', timestampDraft(6, { version: 4 }), 'rollback', 'timestamp.meta.snapshot.json'],
    ['a time that is over', timestampDraft(6, { version: 6 }, { expires: PAST }), 'stale', 'timestamp.expires'],
    [
      'another type',
      { ...timestampDraft(6, { version: 6 }), _type: 'snapshot' },
      'document_malformed',
      'timestamp._type',
    ],
  ])('is refused with %s', async (_, draft, code, field) => {
    await expect(withTimestamp(draft, held)).rejects.toThrow(refused(code, field));
  });

  it('of the version that is held changes nothing', async () => {
    expect(await withTimestamp(timestampDraft(5, { version: 7 }), held)).toBe(held);
  });

  it('leaves the trust it was given as it was', async () => {
    const before = JSON.stringify(held);
    const next = await withTimestamp(timestampDraft(6, { version: 6 }), held);
    expect(next.timestamp?.signed.version).toBe(6);
    expect(JSON.stringify(held)).toBe(before);
  });
});

const dayOf = async (version: number, meta: Record<string, { version: number }>, trust = start) => {
  const bytes = await signMetadata(snapshotDraft(version, meta), [KEYS.snapshot]);
  return { bytes, trust: await withTimestamp(timestampDraft(version, metaOf(version, bytes)), trust) };
};

describe('a snapshot', async () => {
  const files = { 'targets.json': { version: 3 }, 'line-delay.json': { version: 7 } };
  const first = await dayOf(1, files);
  const held = updateSnapshot(first.trust, first.bytes, NOW);

  it('is refused when it is not the one that the timestamp names', async () => {
    const second = await dayOf(2, files, held);
    expect(() => updateSnapshot(second.trust, first.bytes, NOW)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^bad_(hash|length)$/) }),
    );
  });

  it('is refused when only its version says that it is of another day', async () => {
    const trust = await withTimestamp(timestampDraft(2, { version: 2 }));
    expect(() => updateSnapshot(trust, first.bytes, NOW)).toThrow(refused('mix_and_match', 'snapshot.version'));
  });

  it.each([
    ['takes a role away', { 'targets.json': { version: 3 } }, 'role_missing', 'snapshot.meta.line-delay.json'],
    ['takes targets away', { 'line-delay.json': { version: 7 } }, 'role_missing', 'snapshot.meta.targets.json'],
    ['lowers a version', { ...files, 'line-delay.json': { version: 6 } }, 'rollback', 'snapshot.meta.line-delay.json'],
  ])('is refused when it %s', async (_, meta, code, field) => {
    const second = await dayOf(2, meta, held);
    expect(() => updateSnapshot(second.trust, second.bytes, NOW)).toThrow(refused(code, field));
  });

  it('is refused before any timestamp, and after the timestamp has expired', async () => {
    expect(() => updateSnapshot(start, first.bytes, NOW)).toThrow(refused('role_missing', 'timestamp.timestamp'));
    const later = Date.UTC(2036, 5, 1);
    expect(() => updateSnapshot(first.trust, first.bytes, later)).toThrow(refused('stale', 'root.expires'));
  });

  it('with versions out of reach is forgotten with its keys', async () => {
    const far = await dayOf(2, { ...files, 'line-delay.json': { version: Number.MAX_SAFE_INTEGER } }, held);
    const stolen = updateSnapshot(far.trust, far.bytes, NOW);
    const third = await dayOf(3, files, stolen);
    expect(() => updateSnapshot(third.trust, third.bytes, NOW)).toThrow(refused('rollback'));
    const fresh = signerOf(60);
    const rotated = updateRoot(stolen, await signMetadata(rootDraft(2, { snapshot: [fresh] }), [KEYS.root]));
    expect([rotated.timestamp, rotated.snapshot]).toEqual([undefined, undefined]);
    const bytes = await signMetadata(snapshotDraft(1, files), [fresh]);
    const recovered = updateSnapshot(await withTimestamp(timestampDraft(1, metaOf(1, bytes)), rotated), bytes, NOW);
    expect(recovered.snapshot?.signed.meta).toEqual(files);
  });
});

describe('a stolen timestamp key', () => {
  it('that set its version out of reach is overcome by a new key, also under the id of the old one', async () => {
    const far = await withTimestamp(timestampDraft(Number.MAX_SAFE_INTEGER, { version: 1 }));
    await expect(withTimestamp(timestampDraft(2, { version: 1 }), far)).rejects.toThrow(refused('rollback'));
    const fresh = signerOf(70);
    const draft = rootDraft(2);
    const reused = {
      ...draft,
      keys: { ...(draft['keys'] as Draft), [KEYS.timestamp.keyId]: Object.values(keysOf(fresh))[0] },
    };
    for (const [next, signer] of [
      [rootDraft(2, { timestamp: [fresh] }), fresh],
      [reused, { ...fresh, keyId: KEYS.timestamp.keyId }],
    ] as const) {
      const rotated = updateRoot(far, await signMetadata(next, [KEYS.root]));
      const after = await withTimestamp(timestampDraft(2, { version: 1 }), rotated, [signer]);
      expect(after.timestamp?.signed.version).toBe(2);
    }
  });

  it('is not overcome by a root that leaves the key as it is', async () => {
    const far = await withTimestamp(timestampDraft(Number.MAX_SAFE_INTEGER, { version: 1 }));
    const next = updateRoot(far, await signMetadata(rootDraft(2), [KEYS.root]));
    expect(next.timestamp).toBe(far.timestamp);
  });
});

const trustUnder = async (meta: Record<string, ReturnType<typeof metaOf>>) => {
  const snapshot = await signMetadata(snapshotDraft(1, meta), [KEYS.snapshot]);
  return updateSnapshot(await withTimestamp(timestampDraft(1, metaOf(1, snapshot))), snapshot, NOW);
};

describe('targets', async () => {
  const bytes = await signMetadata(targetsDraft(2), [KEYS.targets]);

  it('of another day than the snapshot are refused', async () => {
    const named = await trustUnder({ 'targets.json': { version: 3 } });
    expect(() => updateTargets(named, bytes, NOW)).toThrow(refused('mix_and_match', 'targets.version'));
    const hashed = await trustUnder({ 'targets.json': { ...metaOf(2, bytes), hashes: { sha256: 'ab'.repeat(32) } } });
    expect(() => updateTargets(hashed, bytes, NOW)).toThrow(refused('bad_hash', 'targets.hashes'));
  });

  it('that the snapshot only vouches for by an unknown hash are refused', async () => {
    const unknown = await trustUnder({ 'targets.json': { version: 2, hashes: { md4: 'ab' } } });
    expect(() => updateTargets(unknown, bytes, NOW)).toThrow(refused('bad_hash'));
  });

  it('of a role that nobody delegated are refused', async () => {
    const trust = updateTargets(
      await trustUnder({
        'targets.json': metaOf(2, bytes),
        'line-delay.json': { version: 1 },
        '__x__.json': { version: 1 },
      }),
      bytes,
      NOW,
    );
    for (const role of ['line-delay', '__x__']) {
      expect(() => updateTargets(trust, bytes, NOW, role, 'targets')).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^(line_not_delegated|bad_)/) }),
      );
    }
    expect(() => updateTargets(trust, bytes, NOW, 'constructor', 'targets')).toThrow(refused('role_missing'));
  });

  it.each(['root', 'timestamp', 'snapshot', 'targets'])('do not delegate to a role called %s', async (name) => {
    const delegations = delegationsDraft([{ name, signers: [KEYS.builder] }]);
    const draft = targetsDraft(2, {}, { delegations });
    const drafted = await signMetadata(draft, [KEYS.targets]);
    expect(() => readMetadata(drafted, 'targets')).toThrow(
      refused('document_malformed', 'targets.delegations.roles.0.name'),
    );
  });

  it('do not delegate twice to one role', async () => {
    const one = { name: 'line-delay', signers: [KEYS.builder] };
    const drafted = await signMetadata(targetsDraft(2, {}, { delegations: delegationsDraft([one, one]) }), []);
    expect(() => readMetadata(drafted, 'targets')).toThrow(refused('document_malformed', 'targets.delegations.roles'));
  });
});

describe('any metadata', () => {
  it.each([
    ['an end that is garbage', { expires: 'garbage' }],
    ['an end without Z', { expires: '2036-01-01T00:00:00' }],
    ['an end with an offset', { expires: '2036-01-01T00:00:00+00:00' }],
    ['an end with a fraction', { expires: '2036-01-01T00:00:00.000Z' }],
    ['an end on 30 February', { expires: '2036-02-30T00:00:00Z' }],
    ['an end at 24 h', { expires: '2036-02-20T24:00:00Z' }],
    ['an end in the year 9999', { expires: '9999-12-31T23:59:59Z' }],
    ['an end in the year 10000', { expires: '+010000-01-01T00:00:00Z' }],
    ['version 0', { version: 0 }],
    ['version -1', { version: -1 }],
    ['a version in quotes', { version: '6' }],
    ['another specification', { spec_version: '2.0.0' }],
    ['no specification', { spec_version: undefined }],
    ['no end', { expires: undefined }],
  ])('is refused with %s', async (_, changed) => {
    await expect(withTimestamp(timestampDraft(6, { version: 6 }, changed))).rejects.toThrow(
      refused('document_malformed', `timestamp.${Object.keys(changed)[0]}`),
    );
  });

  it.each(['1.5', '1e21', '1e0', '1.0', '9007199254740993', '-0', '01', 'NaN', 'Infinity'])(
    'is refused with version %s',
    async (version) => {
      const good = new TextDecoder().decode(await signMetadata(timestampDraft(77, { version: 6 }), [KEYS.timestamp]));
      const bytes = utf8(good.replace('"version":77', `"version":${version}`));
      expect(() => updateTimestamp(start, bytes, NOW)).toThrow(refused('document_malformed', 'timestamp'));
    },
  );

  it('keeps members that nobody here knows, because they are signed', async () => {
    const trust = await withTimestamp(timestampDraft(6, { version: 6 }, { 'x-new': { a: ['ä', '\n"\\'] } }));
    expect(trust.timestamp?.signed['x-new']).toEqual({ a: ['ä', '\n"\\'] });
  });
});
