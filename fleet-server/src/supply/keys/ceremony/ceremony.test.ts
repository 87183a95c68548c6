import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyId, startTrust, updateRoot } from '@plumbline/shared/trust';
import { caKeyId } from '../documents/ca-key-id.ts';
import { firstRootSha256, readDocuments } from '../documents/read-documents.ts';
import type { KeyRole } from '../files/key-file.ts';
import { keyFileOf, repositoryFile } from '../files/layout.ts';
import { readSigner } from '../files/open-key.ts';
import { addLineTo, raiseFloorOf, registerApprover, renew, revokeKeyOf } from './amend.ts';
import { createSet, type SetPlan } from './create-set.ts';
import { makeApproverKey } from './make-approver-key.ts';
import type { Ceremony } from './perform.ts';
import { rotateKey } from './rotate.ts';
import { keysStatus } from './status.ts';

const NOW = Date.UTC(2026, 0);
const DAY_MS = 86_400_000;
const PLAN: SetPlan = {
  roots: 3,
  rootThreshold: 2,
  targets: 2,
  targetsThreshold: 2,
  approvers: 1,
  lines: ['delay'],
  development: false,
};
let parent: string;
let ceremony: Ceremony;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'plumbline-ceremony-'));
  // Unprotected, or argon2id would be most of what these tests do; protected keys have a test of their own.
  ceremony = { folder: join(parent, 'keys'), nowMs: NOW, protect: false };
  await createSet(ceremony, PLAN);
});
afterEach(() => rm(parent, { recursive: true }));

const documents = () => readDocuments(ceremony.folder);
const at = (path: string) => join(ceremony.folder, path);
const idOf = async (role: KeyRole, number = 1) => (await readSigner(at(keyFileOf(role, number)))).keyId;

/** The chain of roots as a device follows it, from the first. */
async function followRoots(): Promise<number> {
  const first = await readFile(at(repositoryFile.root(1)));
  let trust = startTrust(first, await firstRootSha256(ceremony.folder));
  for (let version = 2; ; version += 1) {
    const next = await readFile(at(repositoryFile.root(version))).catch(() => undefined);
    if (next === undefined) return trust.root.version;
    trust = updateRoot(trust, next);
  }
}

describe('a new set', () => {
  it('asks for a threshold of roots and targets, and delegates its lines', async () => {
    const { authorities, root, targets } = await documents();
    expect(authorities).toMatchObject({ development: false, root: { threshold: 2 }, targets: { threshold: 2 } });
    expect([authorities.root.keys.length, authorities.targets.keys.length]).toEqual([3, 2]);
    expect(root.expires).toBe('2027-01-01T00:00:00Z');
    expect(targets.delegations?.roles).toMatchObject([
      { name: 'line-delay', threshold: 2, terminating: true, paths: ['models/delay/*/*'] },
    ]);
  });

  it('is not made over another one', async () => {
    await expect(createSet(ceremony, PLAN)).rejects.toMatchObject({ code: 'keys_exist' });
  });

  it.each([
    ['more signatures than keys', { roots: 1 }, 'roots'],
    ['no signature', { targetsThreshold: 0 }, 'targets'],
    ['nobody who approves', { approvers: 0 }, 'approvers'],
    ['more keys than anybody keeps', { roots: 33 }, 'roots'],
    ['half a key', { roots: 2.5, rootThreshold: 2 }, 'roots'],
    ['half a signature', { targetsThreshold: 1.5 }, 'targets'],
  ])('is refused with %s', async (_what, wrong, field) => {
    const made = createSet({ ...ceremony, folder: join(parent, 'other') }, { ...PLAN, ...wrong });
    await expect(made).rejects.toMatchObject({ code: 'threshold_unreachable', field });
    expect(await readdir(parent)).toEqual(['keys']);
  });

  it('is not made without the passphrase of its offline keys, and leaves nothing then', async () => {
    const folder = join(parent, 'other');
    const made = createSet({ folder, nowMs: NOW, passphrase: () => undefined }, PLAN);
    await expect(made).rejects.toMatchObject({ code: 'passphrase_needed' });
    expect(await readdir(parent)).toEqual(['keys']);
  });

  it('protects offline and approver keys, and signs later ceremonies by the passphrase', async () => {
    const asked: string[] = [];
    const passphrase = (path: string) => {
      asked.push(path);
      return 'correct horse';
    };
    const guarded = { folder: join(parent, 'guarded'), nowMs: NOW, passphrase };
    await createSet(guarded, { ...PLAN, roots: 1, rootThreshold: 1, targets: 1, targetsThreshold: 1 });
    expect(asked.every((path) => path.startsWith(guarded.folder))).toBe(true);
    const { keys } = await keysStatus(guarded, NOW);
    expect(Object.fromEntries(keys.map((key) => [key.role, key.protection]))).toEqual({
      root: 'passphrase',
      targets: 'passphrase',
      approver: 'passphrase',
      timestamp: 'plain',
      snapshot: 'plain',
      director: 'plain',
      builder: 'plain',
      ca: 'plain',
    });
    await addLineTo(guarded, 'wear');
    await expect(addLineTo({ ...guarded, passphrase: () => 'wrong horse' }, 'tear')).rejects.toMatchObject({
      code: 'passphrase_wrong',
    });
    expect(Object.keys((await readDocuments(guarded.folder)).authorities.lines)).toEqual(['delay', 'wear']);
  });
});

describe('rotation', () => {
  it('of every key of the root, one by one, is a chain that a device can follow', async () => {
    const roles = ['root', 'timestamp', 'snapshot', 'targets', 'root', 'timestamp'] as const;
    for (const role of roles) {
      const [old] = (await documents()).authorities[role === 'root' || role === 'targets' ? role : 'root'].keys;
      const named = role === 'root' || role === 'targets' ? [keyId(old ?? { type: 'ed25519', public: '' })] : [];
      const { bring } = await rotateKey(ceremony, role, ...named);
      expect(bring.some((path) => path.endsWith('.root.json'))).toBe(true);
    }
    expect(await followRoots()).toBe(7);
  });

  it('of a root key takes the signatures of the old threshold and of the new one', async () => {
    const old = await idOf('root', 1);
    const result = await rotateKey(ceremony, 'root', old);
    expect(result).toEqual({
      bring: ['repository/metadata/2.root.json'],
      keep: ['offline/root-4.json'],
      retired: [`retired/root-${old.slice(0, 12)}.json`],
    });
    expect((await documents()).authorities.root.keys.map(keyId)).not.toContain(old);
  });

  it.each(['timestamp', 'snapshot'] as const)('of %s brings a new root and a new key for the signer', async (role) => {
    const old = await idOf(role);
    const { bring } = await rotateKey(ceremony, role);
    expect(bring).toEqual([`signer/${role}.json`, 'repository/metadata/2.root.json']);
    expect((await documents()).authorities[role].map(keyId)).toEqual([await idOf(role)]);
    expect(await idOf(role)).not.toBe(old);
  });

  it('of targets signs the targets again, by the new keys', async () => {
    const { bring } = await rotateKey(ceremony, 'targets', await idOf('targets', 2));
    expect(bring).toEqual(['repository/metadata/2.targets.json', 'repository/metadata/2.root.json']);
    expect(await followRoots()).toBe(2);
  });

  it('of the director brings a fleet document with the present floors', async () => {
    await raiseFloorOf(ceremony, 'delay', 7);
    const { bring } = await rotateKey(ceremony, 'director');
    expect(bring).toEqual([
      'signer/director.json',
      'repository/targets/fleet.3.json',
      'repository/metadata/3.targets.json',
    ]);
    const { fleet } = await documents();
    expect(fleet.floors).toEqual({ delay: 7 });
    expect(fleet.directors.map(keyId)).toEqual([await idOf('director')]);
  });

  it.each(['builder', 'approver'] as const)(
    'of the %s leaves the old key beside the new until it is revoked',
    async (role) => {
      const kind = role === 'builder' ? 'builders' : 'approvers';
      const old = await idOf(role);
      const { keep, bring } = await rotateKey(ceremony, role);
      const made = (await documents()).authorities.newLines[kind].map(keyId);
      expect([...keep, ...bring]).toContain(keyFileOf(role, 2));
      expect((await documents()).authorities.lines['delay']?.[kind].map(keyId)).toEqual([...made, old]);
      await revokeKeyOf(ceremony, old);
      expect((await documents()).authorities.lines['delay']?.[kind].map(keyId)).toEqual(made);
    },
  );

  it('of the CA lets devices of the old one in until it is revoked', async () => {
    const before = await documents();
    const { bring } = await rotateKey(ceremony, 'ca');
    expect(bring).toContain('repository/ca.pem');
    const { fleet, caPem } = await documents();
    expect(fleet.enrolmentCas).toEqual([caPem, before.caPem]);
    expect(caKeyId(caPem)).toBe(await idOf('ca'));
    const present = caKeyId(caPem) ?? '';
    await expect(revokeKeyOf(ceremony, present)).rejects.toMatchObject({ code: 'threshold_unreachable' });
    await revokeKeyOf(ceremony, caKeyId(before.caPem) ?? '');
    expect((await documents()).fleet.enrolmentCas).toEqual([caPem]);
  });

  it('of one of several keys must say which', async () => {
    await expect(rotateKey(ceremony, 'root')).rejects.toMatchObject({ code: 'key_unknown' });
    await expect(rotateKey(ceremony, 'root', 'f'.repeat(64))).rejects.toMatchObject({ code: 'key_unknown' });
  });

  it('keeps the old private key aside, for a person to destroy', async () => {
    const old = await idOf('timestamp');
    const { retired } = await rotateKey(ceremony, 'timestamp');
    expect(retired).toEqual([`retired/timestamp-${old.slice(0, 12)}.json`]);
    expect((await readSigner(at(retired[0] ?? ''))).keyId).toBe(old);
    expect((await keysStatus(ceremony, NOW)).warnings.join()).toContain('destroy it');
  });
});

describe('sticks', () => {
  it('are read where they are, and a ceremony without enough of them changes nothing', async () => {
    const sticks = ['root-1', 'root-2', 'root-3', 'targets-1', 'targets-2'];
    for (const name of sticks) {
      await mkdir(join(parent, name));
      await rename(at(`offline/${name}.json`), join(parent, name, `${name}.json`));
    }
    const bring = (...names: string[]) => ({ ...ceremony, offline: names.map((name) => join(parent, name)) });
    const before = await readdir(ceremony.folder, { recursive: true });
    await expect(renew(bring('root-2'), 'root')).rejects.toMatchObject({ code: 'threshold_not_met', field: 'root' });
    await expect(addLineTo(bring('targets-1'), 'wear')).rejects.toMatchObject({ code: 'threshold_not_met' });
    expect(await readdir(ceremony.folder, { recursive: true })).toEqual(before);
    await renew(bring('root-3', 'root-1'), 'root');
    await addLineTo(bring('targets-1', 'targets-2'), 'wear');
    expect(await followRoots()).toBe(2);
  });
});

describe('revocation', () => {
  it('takes a root key out while a threshold stays, and no further', async () => {
    const ids = [await idOf('root', 1), await idOf('root', 2)] as const;
    await revokeKeyOf(ceremony, ids[0]);
    expect((await documents()).authorities.root.keys).toHaveLength(2);
    await expect(revokeKeyOf(ceremony, ids[1])).rejects.toMatchObject({ code: 'threshold_unreachable', field: 'root' });
    expect(await followRoots()).toBe(2);
  });

  it.each(['timestamp', 'snapshot', 'director', 'builder', 'approver', 'targets'] as const)(
    'of the only key that is left of %s is refused',
    async (role) => {
      await expect(revokeKeyOf(ceremony, await idOf(role))).rejects.toMatchObject({ code: 'threshold_unreachable' });
    },
  );

  it('of a key that no role holds says so', async () => {
    await expect(revokeKeyOf(ceremony, 'f'.repeat(64))).rejects.toMatchObject({ code: 'key_unknown' });
  });
});

describe('amendments', () => {
  it('add a line once, under a name that fits a path', async () => {
    const { bring } = await addLineTo(ceremony, 'wear');
    expect(bring).toEqual(['repository/metadata/2.targets.json']);
    await expect(addLineTo(ceremony, 'wear')).rejects.toMatchObject({ code: 'line_known' });
    await expect(addLineTo(ceremony, '../wear')).rejects.toMatchObject({ code: 'ceremony_malformed' });
  });

  it("register another person's key for one line", async () => {
    await addLineTo(ceremony, 'wear');
    const path = join(parent, 'mine.json');
    const { publicKey } = await makeApproverKey(path, { passphrase: () => 'a passphrase' });
    await registerApprover(ceremony, 'wear', publicKey);
    const { lines } = (await documents()).authorities;
    expect([lines['wear']?.approvers.length, lines['delay']?.approvers.length]).toEqual([2, 1]);
    const again = registerApprover(ceremony, 'wear', publicKey);
    await expect(again).rejects.toMatchObject({ code: 'key_known' });
    await expect(registerApprover(ceremony, 'none', publicKey)).rejects.toMatchObject({ code: 'line_not_delegated' });
  });

  it('raise a floor and never lower it', async () => {
    await raiseFloorOf(ceremony, 'delay', 5);
    for (const counter of [5, 4, -1, 1.5]) {
      await expect(raiseFloorOf(ceremony, 'delay', counter)).rejects.toMatchObject({ code: 'floor_lowered' });
    }
    expect((await documents()).fleet.floors).toEqual({ delay: 5 });
  });

  it('renew what is about to expire for another year', async () => {
    const later = { ...ceremony, nowMs: NOW + 340 * DAY_MS };
    const warned = await keysStatus(later, later.nowMs);
    expect(warned.documents.flatMap((one) => one.warnings)).toHaveLength(2);
    await renew(later, 'root');
    await renew(later, 'targets');
    expect((await keysStatus(later, later.nowMs)).documents.flatMap((one) => one.warnings)).toEqual([]);
  });
});

describe('status', () => {
  it('says of every key where its private half lives, and what is wrong with that', async () => {
    const status = await keysStatus(ceremony, NOW);
    expect(status.keys.map((key) => key.role).toSorted()).toEqual([
      'approver',
      'builder',
      'ca',
      'director',
      'root',
      'root',
      'root',
      'snapshot',
      'targets',
      'targets',
      'timestamp',
    ]);
    expect(status.warnings.join()).toContain('move them off this machine');
    expect(status.keys.find((key) => key.role === 'root')?.warnings).toEqual(['not protected by a passphrase']);
    expect(JSON.stringify(status)).not.toContain('secret');
  });

  it('knows the keys of a signer process, and those that are elsewhere', async () => {
    const keyIds = [await idOf('director'), await idOf('ca')];
    await rm(at('signer'), { recursive: true });
    await rm(at('offline'), { recursive: true });
    const beside = await keysStatus(ceremony, NOW, { socketPath: '/run/s.sock', keyIds });
    expect(beside.warnings.join()).toContain('move them off this machine');
    await rm(at('approver'), { recursive: true });
    const { keys, warnings } = await keysStatus(ceremony, NOW, { socketPath: '/run/s.sock', keyIds });
    const where = Object.fromEntries(keys.map((key) => [key.role, key.privateKey.where]));
    expect(where).toMatchObject({
      director: 'signer process',
      ca: 'signer process',
      timestamp: 'not here',
      root: 'not here',
    });
    expect(warnings).toEqual([]);
  });
});
