import { describe, expect, it } from 'vitest';
import { utf8 } from '../bytes.ts';
import {
  metaOf,
  rootDraft,
  snapshotDraft,
  targetsDraft,
  timestampDraft,
  type Draft,
} from '../testing/mint-documents.ts';
import { KEYS } from '../testing/mint-signers.ts';
import { readMetadata, signMetadata } from './metadata.ts';
import { parseStrictJson } from './strict-json.ts';
import { startTrust, updateRoot, updateSnapshot, updateTimestamp } from './trusted-images.ts';

const NOW = Date.UTC(2026, 5, 1);
const RUNS = 5;
const LIMIT = 2.6;

const cost = (work: () => unknown) => {
  const start = performance.now();
  try {
    work();
  } catch {
    // Refused: what it took until then is what counts.
  }
  return performance.now() - start;
};

/**
 * What twice as much costs against what once costs: the least of several runs each, taken in turns, so that a busy
 * machine slows both alike. Refusals cost too.
 */
function ratio(once: () => unknown, twice: () => unknown): number {
  let [least, leastOfTwice] = [Infinity, Infinity];
  for (let run = 0; run < RUNS; run += 1) {
    least = Math.min(least, cost(once));
    leastOfTwice = Math.min(leastOfTwice, cost(twice));
  }
  return leastOfTwice / least;
}

/** A machine that was busy only during one of the two is asked again; what is quadratic gives 4 every time. */
function growth(once: () => unknown, twice: () => unknown): number {
  let best = Infinity;
  for (let attempt = 0; attempt < 8 && best > LIMIT; attempt += 1) best = Math.min(best, ratio(once, twice));
  return best;
}

const start = startTrust(await signMetadata(rootDraft(1), [KEYS.root]));
const hex = (i: number) => i.toString(16).padStart(64, '0');
const list = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

describe('twice the text costs at most 2.6 times as much', () => {
  it.each<[string, number, (n: number) => string]>([
    ['members', 20_000, (n) => `{${list(n, (i) => `"k${i}":1`).join()}}`],
    ['members whose names are numbers', 20_000, (n) => `{${list(n, (i) => `"${i * 7919}":1`).join()}}`],
    ['members, the last of them twice', 20_000, (n) => `{${list(n, (i) => `"k${i}":1`).join()},"k0":1}`],
    ['items', 100_000, (n) => `[${list(n, () => '1').join()}]`],
    ['escapes', 100_000, (n) => `"${String.raw`\u0041`.repeat(n)}"`],
    ['one long string', 4_000_000, (n) => `"${'x'.repeat(n)}"`],
    ['a string that does not end', 4_000_000, (n) => `"${'x'.repeat(n)}`],
    ['digits', 1_000_000, (n) => `[${'9'.repeat(n)}.5]`],
    ['white space', 4_000_000, (n) => ' '.repeat(n)],
    ['nesting, which ends at 32', 100_000, (n) => '['.repeat(n) + ']'.repeat(n)],
    ['short lists', 50_000, (n) => `[${list(n, () => '[[]]').join()}]`],
  ])('of %s', (_, n, text) => {
    const [once, twice] = [utf8(text(n)), utf8(text(2 * n))];
    expect(
      growth(
        () => parseStrictJson(once, 'snapshot'),
        () => parseStrictJson(twice, 'snapshot'),
      ),
    ).toBeLessThanOrEqual(LIMIT);
  });
});

/** 5,000 files are a snapshot of half a megabyte. */
const files = (n: number, version: number) =>
  Object.fromEntries(list(n, (i) => [`role-${i}.json`, { version, length: 1000, hashes: { sha256: hex(i) } }]));

const stamp = async (version: number, of: Uint8Array) =>
  signMetadata(timestampDraft(version, metaOf(version, of)), [KEYS.timestamp]);

const snapshotOver = async (n: number) => {
  const old = await signMetadata(snapshotDraft(1, files(n, 1)), [KEYS.snapshot]);
  const bytes = await signMetadata(snapshotDraft(2, files(n, 2)), [KEYS.snapshot]);
  const held = updateSnapshot(updateTimestamp(start, await stamp(1, old), NOW), old, NOW);
  const trust = updateTimestamp(held, await stamp(2, bytes), NOW);
  return { bytes, work: () => updateSnapshot(trust, bytes, NOW) };
};

const flooded = async (n: number) => {
  const { raw, signatures } = readMetadata(
    await signMetadata(timestampDraft(1, { version: 1 }), [KEYS.timestamp]),
    'timestamp',
  );
  const unknown = list(n, (i) => ({ keyid: hex(i), sig: '00'.repeat(64) }));
  return utf8(JSON.stringify({ signatures: [...unknown, ...signatures], signed: raw }));
};

const rootWith = (n: number) => {
  const draft = rootDraft(2);
  const keys = list(n, (i) => [hex(i), { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: hex(i) } }]);
  return signMetadata({ ...draft, keys: { ...Object.fromEntries(keys), ...(draft['keys'] as Draft) } }, [KEYS.root]);
};

const wrongTargets = async (n: number) =>
  signMetadata(targetsDraft(1, Object.fromEntries(list(n, (i) => [`t${i}`, { length: -1, hashes: {} }]))), []);

describe('twice the metadata cost at most 2.6 times as much', () => {
  it('of a snapshot of half a megabyte over one as large', async () => {
    const [once, twice] = [await snapshotOver(5_000), await snapshotOver(10_000)];
    expect(once.bytes.length).toBeGreaterThan(500_000);
    expect(once.work().snapshot?.signed.version).toBe(2);
    expect(growth(once.work, twice.work)).toBeLessThanOrEqual(LIMIT);
  });

  it('with 10,000 signatures by keys that nobody knows, of which none is verified', async () => {
    const [once, twice] = [await flooded(5_000), await flooded(10_000)];
    expect(updateTimestamp(start, twice, NOW).timestamp?.signed.version).toBe(1);
    expect(
      growth(
        () => updateTimestamp(start, once, NOW),
        () => updateTimestamp(start, twice, NOW),
      ),
    ).toBeLessThanOrEqual(LIMIT);
  });

  it('with more signatures than any document needs, which are refused', () => {
    const signatures = list(20_000, (i) => ({ keyid: hex(i), sig: '' }));
    const bytes = utf8(JSON.stringify({ signatures, signed: timestampDraft(1, { version: 1 }) }));
    expect(() => updateTimestamp(start, bytes, NOW)).toThrow(
      expect.objectContaining({ code: 'document_malformed', field: 'timestamp.signatures' }),
    );
  });

  it('with 4,000 keys', async () => {
    const [once, twice] = [await rootWith(2_000), await rootWith(4_000)];
    expect(updateRoot(start, twice).root.version).toBe(2);
    expect(
      growth(
        () => updateRoot(start, once),
        () => updateRoot(start, twice),
      ),
    ).toBeLessThanOrEqual(LIMIT);
  });

  it('with targets that are all wrong', async () => {
    const [once, twice] = [await wrongTargets(5_000), await wrongTargets(10_000)];
    expect(
      growth(
        () => readMetadata(once, 'targets'),
        () => readMetadata(twice, 'targets'),
      ),
    ).toBeLessThanOrEqual(LIMIT);
  });
});
