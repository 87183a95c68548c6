import { describe, expect, it } from 'vitest';
import { createSigner, sha256Hex, utf8 } from '@plumbline/shared/trust';
import { createBeliever, type Believer } from '../testing/believer.ts';
import {
  FLEET,
  mintAssignment,
  mintRelease,
  mintRepository,
  mintRoot,
  type Repository,
  type RepositoryInput,
} from '../testing/mint.ts';

const RELEASE = await mintRelease();
const FIRST = await mintRepository({ releases: [RELEASE] });
const SECOND = await mintRepository({ releases: [RELEASE], version: 2 });
const ASSIGNMENT = await mintAssignment(1, [RELEASE]);
const LEAP = 2 ** 53 - 1;
const MAX_STORED_BYTES = 65_536;

/** A device that has obeyed the second day, and has stored no more than it needs. */
async function onDayTwo(): Promise<Believer> {
  const believer = await createBeliever();
  await believer.tell(ASSIGNMENT, SECOND);
  return believer;
}

async function storedBytes({ store }: Believer): Promise<number> {
  const values = await Promise.all(store.keys().map((key) => store.get(key)));
  return values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
}

/** Nothing that was believed is lost, the old target stands, and what was refused takes no room. */
async function expectUnmoved(believer: Believer): Promise<void> {
  expect(believer.beliefs.targets()).toMatchObject([{ sha256: RELEASE.assigned.sha256 }]);
  expect(await storedBytes(believer)).toBeLessThan(MAX_STORED_BYTES);
  expect(believer.beliefs.view().stale).toBeUndefined();
  const honest = await mintRepository({ releases: [RELEASE], version: 9, targets: { signed: { version: 9 } } });
  const learned = await believer.tell(await mintAssignment(9, [RELEASE]), honest);
  expect(learned).toMatchObject({ targets: [{ seq: 9 }] });
}

/** The newer day with one document that somebody got wrong, or made wrong. */
function third(change: RepositoryInput): Promise<Repository> {
  return mintRepository({ releases: [RELEASE], version: 3, ...change });
}

/** Numbers that no canonical form can say, put where a version stands. */
function withVersion(text: string): Uint8Array {
  return utf8(new TextDecoder().decode(SECOND.timestamp).replace(/"version":2(?!.*"version":2)/, `"version":${text}`));
}

/** Small steps, so that long chains of promises come to their end between two timers. */
async function pass({ clock }: Believer, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) await clock.advance(60_000);
}

describe('metadata over the link', () => {
  const { stranger, snapshot, timestamp, targets, root } = FLEET;

  it.each<[string, RepositoryInput, string]>([
    ['a timestamp by an unknown key', { timestamp: { signers: [stranger] } }, 'below_threshold'],
    ['a timestamp by the key of the snapshot', { timestamp: { signers: [snapshot] } }, 'below_threshold'],
    ['a timestamp without signature', { timestamp: { signers: [] } }, 'below_threshold'],
    ['a snapshot by an unknown key', { snapshot: { signers: [stranger] } }, 'below_threshold'],
    [
      'targets by online keys',
      { targets: { signers: [snapshot, timestamp], signed: { version: 2 } } },
      'below_threshold',
    ],
    ['an older timestamp', { timestamp: { signed: { version: 1 } } }, 'rollback'],
    ['an older snapshot under a newer timestamp', { snapshot: { signed: { version: 1 } } }, 'rollback'],
    ['an expired timestamp', { timestamp: { signed: { expires: '2025-12-31T00:00:00Z' } } }, 'stale'],
    ['an expired snapshot', { snapshot: { signed: { expires: '2025-12-31T00:00:00Z' } } }, 'stale'],
    ['an `expires` that is no date', { timestamp: { signed: { expires: 'garbage' } } }, 'document_malformed'],
    ['an `expires` without Z', { timestamp: { signed: { expires: '2026-06-01T00:00:00' } } }, 'document_malformed'],
    [
      'an `expires` that no calendar has',
      { timestamp: { signed: { expires: '2026-02-30T00:00:00Z' } } },
      'document_malformed',
    ],
    ['a role removed from the snapshot', { snapshot: { signed: { meta: {} } } }, 'role_missing'],
  ])('is refused for %s, and the old belief stands', async (_what, change, code) => {
    const believer = await onDayTwo();
    const refused = believer.tell(await mintAssignment(2, [RELEASE]), await third(change));
    await expect(refused).rejects.toMatchObject({ code });
    expect(believer.beliefs.seq()).toBe(1);
    await expectUnmoved(believer);
  });

  it('is refused when yesterday is played again as it was', async () => {
    const believer = await onDayTwo();
    const refused = believer.tell(await mintAssignment(2, [RELEASE]), FIRST);
    await expect(refused).rejects.toMatchObject({ code: 'rollback', field: expect.stringContaining('timestamp') });
    await expectUnmoved(believer);
  });

  it('is refused when the snapshot of one day comes with the line of another', async () => {
    const believer = await onDayTwo();
    const newer = await third({});
    const meta = JSON.parse(new TextDecoder().decode(newer.snapshot)) as { signed: { meta: Record<string, object> } };
    const lied = { ...meta.signed.meta, 'line-delay.json': { ...meta.signed.meta['line-delay.json'], version: 4 } };
    const mixed = await third({ snapshot: { signed: { meta: lied } } });
    const learned = await believer.tell(await mintAssignment(2, [RELEASE]), mixed);
    expect(learned?.declined).toMatchObject([{ detail: expect.stringContaining('mix_and_match') }]);
  });

  it.each([
    ['with other bytes', (bytes: Uint8Array) => bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)), 'bad_hash'],
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, -1), 'bad_length'],
    ['with more bytes than its length', (bytes: Uint8Array) => new Uint8Array([...bytes, 32]), 'bad_length'],
    ['of 64 KB too many', (bytes: Uint8Array) => new Uint8Array(bytes.length + 65_537), 'bad_length'],
    ['as thousands of brackets', () => utf8('['.repeat(10_000)), 'bad_length'],
  ])('is refused when a document comes %s', async (_what, change, code) => {
    const believer = await onDayTwo();
    const newer = await third({});
    believer.server.tamper(sha256Hex(newer.snapshot), change(newer.snapshot));
    const refused = believer.tell(await mintAssignment(2, [RELEASE]), newer);
    await expect(refused).rejects.toMatchObject({ code });
    await expectUnmoved(believer);
  });

  it('is refused when `trust/fleet.json` is not the one that targets name', async () => {
    const believer = await onDayTwo();
    const newer = await third({ fleet: { version: 2 }, targets: { signed: { version: 2 } } });
    believer.server.tamper(
      sha256Hex(newer.fleet),
      newer.fleet.map((byte, i) => (i === 9 ? byte ^ 1 : byte)),
    );
    const refused = believer.tell(await mintAssignment(2, [RELEASE]), newer);
    await expect(refused).rejects.toMatchObject({ code: 'bad_hash' });
    await expectUnmoved(believer);
  });

  it.each<[string, Uint8Array]>([
    ['deeper than any document', utf8('['.repeat(30_000) + ']'.repeat(30_000))],
    ['with a member twice', utf8('{"signatures":[],"signed":{"_type":"timestamp","_type":"root"}}')],
    ['with a member called __proto__', utf8('{"signatures":[],"signed":{"__proto__":{"version":9}}}')],
    ['that is no text', Uint8Array.of(0xff, 0xfe)],
    ['that is empty', new Uint8Array()],
    ['of version 1.5', withVersion('1.5')],
    ['of version -1', withVersion('-1')],
    ['of version 1e21', withVersion('1e21')],
    ['of a version beyond safe integers', withVersion('9007199254740993')],
    ['of more bytes than a timestamp has', new Uint8Array(200_000).fill(32)],
  ])('is refused as a timestamp %s', async (_what, bytes) => {
    const believer = await onDayTwo();
    const refused = believer.tell(await mintAssignment(2, [RELEASE]), { ...SECOND, timestamp: bytes });
    await expect(refused).rejects.toMatchObject({ kind: 'refused' });
    await expectUnmoved(believer);
  });

  it('keeps what was good before the one that was refused', async () => {
    const believer = await onDayTwo();
    await believer
      .tell(await mintAssignment(2, [RELEASE]), await third({ snapshot: { signers: [stranger] } }))
      .catch(() => undefined);
    expect(believer.beliefs.view().documents).toMatchObject([
      { role: 'root' },
      { role: 'timestamp', version: 3 },
      { role: 'snapshot', version: 2 },
      { role: 'targets' },
      { role: 'line-delay' },
    ]);
  });

  it('does not fetch twice what it holds', async () => {
    const believer = await onDayTwo();
    expect(believer.server.documents).toHaveLength(4);
    await believer.tell(await mintAssignment(2, [RELEASE]), SECOND);
    expect(believer.server.documents).toHaveLength(4);
    const newer = await third({ line: { signed: { version: 2 }, signers: [FLEET.builder, FLEET.approver] } });
    await believer.tell(await mintAssignment(3, [RELEASE]), newer);
    expect(believer.server.documents.slice(4)).toEqual([sha256Hex(newer.snapshot)]);
  });

  it('waits for the next message when the server withholds what its metadata name, and refuses nothing', async () => {
    const believer = await onDayTwo();
    const newer = await third({});
    const asked = believer.beliefs.accept({
      assignment: await mintAssignment(2, [RELEASE]),
      timestamp: newer.timestamp,
    });
    await expect(asked).rejects.toMatchObject({ code: 'metadata_unavailable', kind: 'unavailable' });
    expect((await believer.tell(await mintAssignment(2, [RELEASE]), newer))?.targets).toHaveLength(1);
  });

  it('gives up after its window on a server that says nothing, and takes the next message at once', async () => {
    const believer = await onDayTwo();
    const newer = await third({});
    believer.server.tamper(sha256Hex(newer.snapshot), 'silence');
    const asked = believer.tell(await mintAssignment(2, [RELEASE]), newer);
    const outcome = asked.catch((error: unknown) => error);
    await pass(believer, 30);
    expect(await outcome).toMatchObject({ code: 'retrieval_slow', kind: 'unavailable' });
    expect(believer.clock.pending()).toBe(0);
    believer.server.tamper(sha256Hex(newer.snapshot), newer.snapshot);
    expect((await believer.tell(await mintAssignment(2, [RELEASE]), newer))?.targets).toHaveLength(1);
  });

  it('turns to a newer message while an older one still waits', async () => {
    const believer = await onDayTwo();
    const newer = await third({});
    believer.server.tamper(sha256Hex(newer.snapshot), 'silence');
    const waiting = believer.tell(await mintAssignment(2, [RELEASE]), newer);
    const outcome = waiting.catch((error: unknown) => error);
    const newest = await mintRepository({ releases: [RELEASE], version: 4 });
    expect((await believer.tell(await mintAssignment(3, [RELEASE]), newest))?.targets).toHaveLength(1);
    expect(await outcome).toMatchObject({ code: 'interrupted' });
  });

  it('recovers from versions that a thief has set to the end of numbers, once new keys have signed', async () => {
    const believer = await onDayTwo();
    const leapt = await mintRepository({ releases: [RELEASE], version: LEAP });
    await believer.tell(await mintAssignment(2, [RELEASE]), leapt).catch(() => undefined);
    const [freshTimestamp, freshSnapshot] = [50, 51].map((fill) =>
      createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(fill) }),
    );
    if (freshTimestamp === undefined || freshSnapshot === undefined) throw new Error('no keys');
    const keys = { timestamp: [freshTimestamp], snapshot: [freshSnapshot] };
    const roots = [await mintRoot(), await mintRoot({ version: 2, keys })];
    const line = { signed: { version: 3 }, signers: [FLEET.builder, FLEET.approver] };
    const healed = await mintRepository({
      releases: [RELEASE],
      version: 3,
      roots,
      line,
      timestamp: { signers: [freshTimestamp] },
      snapshot: { signers: [freshSnapshot] },
    });
    expect((await believer.tell(await mintAssignment(3, [RELEASE]), healed))?.targets).toHaveLength(1);
    expect(believer.beliefs.view().documents[0]).toMatchObject({ role: 'root', version: 2 });
  });

  it('walks a chain of twenty roots, each signed by the one before', async () => {
    const owners = Array.from({ length: 20 }, (_, i) =>
      createSigner({ type: i % 2 === 0 ? 'ed25519' : 'p256', secret: new Uint8Array(32).fill(100 + i) }),
    );
    const roots = [await mintRoot()];
    let before = [root];
    for (const [i, owner] of owners.entries()) {
      roots.push(await mintRoot({ version: i + 2, keys: { root: [owner] }, signers: [...before, owner] }));
      before = [owner];
    }
    const rotated = await mintRepository({ releases: [RELEASE], version: 3, roots });
    const believer = await onDayTwo();
    expect((await believer.tell(await mintAssignment(2, [RELEASE]), rotated))?.targets).toHaveLength(1);
    expect(believer.server.documents.filter((name) => typeof name === 'number')).toEqual(
      roots.slice(1).map((_, i) => i + 2),
    );

    const gap = await onDayTwo();
    gap.server.tamper('2', roots[2] ?? new Uint8Array());
    await expect(gap.tell(await mintAssignment(2, [RELEASE]), rotated)).rejects.toMatchObject({ kind: 'refused' });
    expect(gap.beliefs.view().documents[0]).toMatchObject({ version: 1 });
    expect(gap.beliefs.targets()).toHaveLength(1);
  });

  it('says so when the root was made by a development flag', async () => {
    const believer = await onDayTwo();
    expect(believer.beliefs.view().development).toBe(false);
    const roots = [await mintRoot(), await mintRoot({ version: 2, signed: { 'x-plumbline-development': true } })];
    await believer.tell(await mintAssignment(2, [RELEASE]), await third({ roots }));
    expect(believer.beliefs.view().development).toBe(true);
  });

  it.each([
    ['that its predecessor did not sign', { signers: [stranger], keys: { root: [stranger] } }],
    ['that does not sign itself', { signers: [root], keys: { root: [stranger] } }],
    ['signed by targets', { signers: [targets] }],
    ['of one key counted twice', { signers: [root, root], keys: { root: [root, stranger] } }],
  ])('refuses a root %s', async (_what, change) => {
    const believer = await onDayTwo();
    const roots = [await mintRoot(), await mintRoot({ version: 2, ...change })];
    await expect(believer.tell(await mintAssignment(2, [RELEASE]), await third({ roots }))).rejects.toMatchObject({
      kind: 'refused',
    });
    expect(believer.beliefs.view().documents[0]).toMatchObject({ version: 1 });
  });
});
