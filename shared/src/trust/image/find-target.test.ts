import { describe, expect, it } from 'vitest';
import { delegationsDraft, targetsDraft, type DelegationDraft } from '../testing/mint-documents.ts';
import { mintRepository } from '../testing/mint-repository.ts';
import { KEYS } from '../testing/mint-signers.ts';
import { findTarget } from './find-target.ts';
import { refresh } from './refresh.ts';
import { startTrust } from './trusted-images.ts';

const NOW = Date.UTC(2026, 5, 1);
const refused = (code: string, field?: string) =>
  expect.objectContaining({ name: 'TrustError', code, ...(field && { field }) }) as Error;
const file = (length: number) => ({ length, hashes: { sha256: 'ab'.repeat(32) } });
const role = (name: string, changed: Partial<DelegationDraft> = {}) => ({ name, signers: [KEYS.builder], ...changed });

const draftOf = ({ targets = {}, to = [] }: { targets?: object; to?: readonly DelegationDraft[] }) =>
  targetsDraft(1, { ...targets }, to.length === 0 ? {} : { delegations: delegationsDraft(to) });

/** Each role with its own targets and the roles it delegates to. */
async function repositoryOf(
  top: readonly DelegationDraft[],
  roles: Record<string, { targets?: object; to?: readonly DelegationDraft[] }>,
) {
  const repository = await mintRepository({
    targets: draftOf({ to: top }),
    delegated: Object.fromEntries(
      Object.entries(roles).map(([name, one]) => [name, { draft: draftOf(one), signers: [KEYS.builder] }]),
    ),
  });
  const trust = await refresh(startTrust(repository.root), repository.source, NOW, () => undefined);
  repository.asked.length = 0;
  return {
    asked: repository.asked,
    find: (path: string, now = NOW) => findTarget(trust, repository.source, path, now, () => undefined),
  };
}

describe('looking for a target', () => {
  it('takes the word of the first role in order, depth first', async () => {
    const repository = await repositoryOf([role('a'), role('b')], {
      a: { to: [role('c')] },
      b: { targets: { x: file(2) } },
      c: { targets: { x: file(3) } },
    });
    expect(await repository.find('x')).toMatchObject({ role: 'c', target: { length: 3 } });
    expect(repository.asked).toEqual(['1.a', '1.c']);
  });

  it('asks nobody whose patterns do not match', async () => {
    const repository = await repositoryOf([role('a', { paths: ['a/*'] }), role('b', { paths: ['b/?'] })], {
      a: { targets: { 'b/x': file(1) } },
      b: { targets: { 'b/x': file(2) } },
    });
    expect(await repository.find('b/x')).toMatchObject({ role: 'b', target: { length: 2 } });
    expect(repository.asked).toEqual(['1.b']);
  });

  it('ends with a terminating role, whatever others would say', async () => {
    const repository = await repositoryOf([role('a', { terminating: true }), role('b')], {
      a: {},
      b: { targets: { x: file(2) } },
    });
    await expect(repository.find('x')).rejects.toThrow(refused('not_in_release', 'path'));
    expect(repository.asked).toEqual(['1.a']);
  });

  it('finds by prefixes of hashes too', async () => {
    // SHA-256 of "x" begins with 2d71.
    const repository = await repositoryOf(
      [
        role('a', { paths: undefined, path_hash_prefixes: ['2d70'] }),
        role('b', { paths: undefined, path_hash_prefixes: ['2d71', 'ff'] }),
      ],
      { a: { targets: { x: file(1) } }, b: { targets: { x: file(2) } } },
    );
    expect(await repository.find('x')).toMatchObject({ role: 'b' });
  });

  it('asks each role once where delegations go in a circle', async () => {
    const repository = await repositoryOf([role('a')], { a: { to: [role('b')] }, b: { to: [role('a')] } });
    await expect(repository.find('x')).rejects.toThrow(refused('not_in_release'));
    expect(repository.asked).toEqual(['1.a', '1.b']);
  });

  it('gives up after 32 roles', async () => {
    const chain = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`r${i}`, { to: [role(`r${i + 1}`)] }]));
    const repository = await repositoryOf([role('r0')], { ...chain, r50: { targets: { x: file(1) } } });
    await expect(repository.find('x')).rejects.toThrow(refused('not_in_release'));
    expect(repository.asked.length).toBe(32);
  });

  it.each(['constructor', '__proto__', 'toString', '../x', ''])('finds nothing called %j', async (path) => {
    const repository = await repositoryOf([role('a')], { a: { targets: { x: file(1) } } });
    await expect(repository.find(path)).rejects.toThrow(refused('not_in_release'));
  });

  it('needs targets that are in force', async () => {
    const repository = await repositoryOf([role('a')], { a: { targets: { x: file(1) } } });
    await expect(repository.find('x', Date.UTC(2037, 0))).rejects.toThrow(refused('stale', 'targets'));
  });
});
