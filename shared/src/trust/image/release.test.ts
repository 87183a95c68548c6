import { describe, expect, it } from 'vitest';
import type { Signer } from '../signing/signer.ts';
import {
  delegationsDraft,
  keysOf,
  lineDelegation,
  lineDraft,
  targetsDraft,
  type Draft,
} from '../testing/mint-documents.ts';
import { mintRepository } from '../testing/mint-repository.ts';
import { KEYS, signerOf } from '../testing/mint-signers.ts';
import { readMetadata, signMetadata } from './metadata.ts';
import { refresh, refreshDelegated } from './refresh.ts';
import { delegationOf, lineKeys, linePath, readLine, releaseOf, verifyRelease } from './release.ts';
import { startTrust } from './trusted-images.ts';

const NOW = Date.UTC(2026, 5, 1);
const { builder, approver, stranger, director } = KEYS;
const refused = (code: string, field?: string) =>
  expect.objectContaining({ name: 'TrustError', kind: 'refused', code, ...(field && { field }) }) as Error;

async function targetsWith(delegations: Draft) {
  return readMetadata(await signMetadata(targetsDraft(1, {}, { delegations }), []), 'targets').signed;
}
const targets = await targetsWith(delegationsDraft([lineDelegation('delay'), lineDelegation('iris')]));
const verify = async (draft: Draft, signers: readonly Signer[], of = targets, knownVersion = 0) =>
  verifyRelease(await signMetadata(draft, signers), of, 'delay', { knownVersion, now: NOW });
const draft = lineDraft('delay', 3, [7, 8]);

describe('a release', () => {
  it('is what a builder and an approver have signed', async () => {
    const line = await verify(draft, [builder, approver]);
    expect(Object.keys(line.targets)).toEqual([linePath('delay', 7, 'tree'), linePath('delay', 8, 'tree')]);
    expect(line.targets['models/delay/8/tree.plb']?.custom).toEqual({
      counter: 8,
      version: '1.8.0',
      variant: 'tree',
      profiles: [],
    });
  });

  it.each([
    ['nobody', []],
    ['the builder alone', [builder]],
    ['the approver alone', [approver]],
    ['the builder and the director', [builder, director]],
    ['the approver and a stranger', [approver, stranger]],
    ['the keys of targets, snapshot and timestamp', [KEYS.targets, KEYS.snapshot, KEYS.timestamp]],
  ])('is not what %s signed', async (_, signers) => {
    await expect(verify(draft, signers)).rejects.toThrow(refused('below_threshold', 'line-delay.signatures'));
  });

  it('is not what two builders signed, although stock clients count to two', async () => {
    const second = signerOf(20);
    const two = await targetsWith(delegationsDraft([lineDelegation('delay', [builder, second])]));
    await expect(verify(draft, [builder, second], two)).rejects.toThrow(refused('below_threshold'));
    expect((await verify(draft, [second, approver], two)).version).toBe(3);
  });

  it('is not what one key signed that stands for both', async () => {
    const both = await targetsWith(delegationsDraft([lineDelegation('delay', [builder, approver], [builder])]));
    await expect(verify(draft, [builder], both)).rejects.toThrow(refused('below_threshold'));
    expect((await verify(draft, [builder, approver], both)).version).toBe(3);
  });

  it('is not what one key signed under two ids', async () => {
    const alias = { ...builder, keyId: 'ff'.repeat(32) };
    const delegation = lineDelegation('delay', [builder], [alias]);
    const delegations = delegationsDraft([delegation]);
    const named = { ...delegations, keys: { ...keysOf(builder), [alias.keyId]: Object.values(keysOf(builder))[0] } };
    await expect(verify(draft, [builder, alias], await targetsWith(named))).rejects.toThrow(refused('below_threshold'));
  });

  it('counts no key that is marked but not among those of the role', async () => {
    const delegation = { ...lineDelegation('delay'), signers: [builder] };
    const delegations = delegationsDraft([delegation]);
    const marked = { ...delegations, keys: keysOf(builder, approver) };
    await expect(verify(draft, [builder, approver], await targetsWith(marked))).rejects.toThrow(
      refused('below_threshold'),
    );
  });

  it('does not exist of a role without marks', async () => {
    const { 'x-plumbline': _, ...plain } = lineDelegation('delay');
    const unmarked = await targetsWith(
      delegationsDraft([{ ...plain, signers: [builder, approver], name: 'line-delay' }]),
    );
    await expect(verify(draft, [builder, approver], unmarked)).rejects.toThrow(refused('below_threshold'));
  });

  it('reaches the threshold of its role too', async () => {
    const second = signerOf(21);
    const three = await targetsWith(
      delegationsDraft([{ ...lineDelegation('delay', [builder, second]), threshold: 3 }]),
    );
    await expect(verify(draft, [builder, approver], three)).rejects.toThrow(refused('below_threshold'));
    expect((await verify(draft, [builder, second, approver], three)).version).toBe(3);
  });

  it.each([
    ['is older than one that was seen', lineDraft('delay', 2, [7]), 'rollback', 'line-delay.version'],
    ['has expired', lineDraft('delay', 4, [7], { expires: '2026-06-01T00:00:00Z' }), 'stale', 'line-delay.expires'],
    ['is about another line', lineDraft('iris', 4, [7]), 'bad_path', undefined],
    [
      'is too long',
      lineDraft(
        'delay',
        4,
        Array.from({ length: 100 }, (_, i) => i + 1),
      ),
      'bad_length',
      'line-delay',
    ],
    [
      'is of another role',
      { ...lineDraft('delay', 4, [7]), _type: 'snapshot' },
      'document_malformed',
      'line-delay._type',
    ],
  ])('is refused when it %s', async (_, changed, code, field) => {
    await expect(verify(changed, [builder, approver], targets, 3)).rejects.toThrow(refused(code, field));
  });

  it('of a line that the offline keys never delegated is refused', async () => {
    const bytes = await signMetadata(lineDraft('cost', 1, [1]), [builder, approver]);
    expect(() => verifyRelease(bytes, targets, 'cost', { knownVersion: 0, now: NOW })).toThrow(
      refused('line_not_delegated', 'line-cost'),
    );
    expect(() => delegationOf(targets, '__proto__')).toThrow(refused('line_not_delegated'));
  });
});

describe('what a line lists', () => {
  const target = (lineDraft('delay', 1, [7])['targets'] as Record<string, object>)['models/delay/7/tree.plb'];

  it.each([
    'models/delay/7/../../../etc/passwd.plb',
    'models/../delay/7/tree.plb',
    '../models/delay/7/tree.plb',
    '/models/delay/7/tree.plb',
    'models/delay/7/%2e%2e.plb',
    'models/delay/7/tree\u0000.plb',
    String.raw`models\delay\7\tree.plb`,
    'models/delay/07/tree.plb',
    'models/iris/7/tree.plb',
    'models/delay/8/tree.plb',
    'models/delay/7/forest.plb',
    'x'.repeat(4096),
  ])('is refused at the path %j', async (path) => {
    await expect(verify(targetsDraft(4, { [path]: target }), [builder, approver])).rejects.toThrow(refused('bad_path'));
  });

  it.each([
    ['no word of its own', { custom: undefined }],
    ['counter 0', { custom: { counter: 0, version: '1', variant: 'tree', profiles: [] } }],
    ['a counter in quotes', { custom: { counter: '7', version: '1', variant: 'tree', profiles: [] } }],
    ['a variant that is a path', { custom: { counter: 7, version: '1', variant: '../tree', profiles: [] } }],
    ['no hash that we know', { hashes: { md4: 'ab' } }],
    ['a short hash', { hashes: { sha256: 'ab' } }],
    ['no bytes', { length: 0 }],
  ])('is refused with %s', async (_, changed) => {
    const path = linePath('delay', 7, 'tree');
    await expect(verify(targetsDraft(4, { [path]: { ...target, ...changed } }), [builder, approver])).rejects.toThrow(
      refused('document_malformed'),
    );
  });

  it('can be read of a draft that nobody signed', async () => {
    expect(readLine(await signMetadata(draft, []), 'delay').version).toBe(3);
  });
});

describe('the keys of a line', () => {
  it('are those marked for a kind', () => {
    expect(lineKeys(targets, 'delay', 'builders')).toEqual([builder.publicKey]);
    expect(lineKeys(targets, 'delay', 'approvers')).toEqual([approver.publicKey]);
  });
});

describe('what a client holds of a line', () => {
  const withDelay = {
    targets: targetsDraft(1, {}, { delegations: delegationsDraft([lineDelegation('delay', [builder, director])]) }),
  };

  const heldWith = async (second: Signer) => {
    const delegated = { 'line-delay': { draft, signers: [builder, second] } };
    const repository = await mintRepository({ ...withDelay, delegated });
    const trust = await refresh(startTrust(repository.root), repository.source, NOW, () => undefined);
    const role = { role: 'line-delay', delegator: 'targets' };
    return refreshDelegated(trust, repository.source, NOW, role, () => undefined);
  };

  it('is judged by the same rule: two keys that satisfy a stock client are not enough', async () => {
    expect(releaseOf(await heldWith(approver), 'delay').version).toBe(3);
    const byTwoBuilders = await heldWith(director);
    expect(byTwoBuilders.delegated['line-delay']).toBeDefined();
    expect(() => releaseOf(byTwoBuilders, 'delay')).toThrow(refused('below_threshold'));
  });

  it('is nothing before it was fetched', async () => {
    const repository = await mintRepository(withDelay);
    const trust = await refresh(startTrust(repository.root), repository.source, NOW, () => undefined);
    expect(() => releaseOf(trust, 'delay')).toThrow(refused('role_missing', 'line-delay'));
  });
});
