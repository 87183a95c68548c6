import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyId } from '@plumbline/shared/trust';
import { readDocuments } from './documents/read-documents.ts';
import { repositoryFile } from './files/layout.ts';
import { keyFileOf, keysStatus, makeDevelopmentKeys, openDesk, readSigner } from './index.ts';

const NOW = Date.UTC(2026, 0);
const YEAR_MS = 365 * 86_400_000;
let parent: string;
let folder: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'plumbline-development-'));
  folder = join(parent, 'keys');
  await makeDevelopmentKeys(folder, NOW);
});
afterAll(() => rm(parent, { recursive: true }));

async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

async function contents(): Promise<string[][]> {
  return Promise.all((await files()).map(async (path) => [path, await readFile(path, 'utf8')]));
}

describe('development keys', () => {
  it('delegate delay and iris to one builder and one approver', async () => {
    const { authorities } = await readDocuments(folder);
    expect(Object.keys(authorities.lines)).toEqual(['delay', 'iris']);
    const approver = await readSigner(join(folder, keyFileOf('approver')));
    const builder = await readSigner(join(folder, keyFileOf('builder')));
    for (const keys of Object.values(authorities.lines)) {
      expect(keys.approvers.map(keyId)).toEqual([approver.keyId]);
      expect(keys.builders.map(keyId)).toEqual([builder.keyId]);
    }
  });

  it('leave the folder of the signer without the keys of root, targets and approver', async () => {
    const names = (await readdir(join(folder, 'signer'))).toSorted();
    expect(names).toEqual(['builder.json', 'ca.json', 'director.json', 'snapshot.json', 'timestamp.json']);
  });

  it('have an authority that holds both in the year of a replay and today', async () => {
    const past = join(parent, 'past');
    const then = Date.UTC(2011, 10, 8);
    await makeDevelopmentKeys(past, then);
    const { validFromDate, validToDate } = new X509Certificate(await readFile(join(past, repositoryFile.ca)));
    expect(validFromDate.getTime()).toBeLessThan(then);
    expect(validToDate.getTime()).toBeGreaterThan(Date.now() + YEAR_MS);
  });

  it('can be read by their owner only', async () => {
    const secrets = (await files()).filter((path) => /\/(signer|offline|approver)\//.test(path));
    expect(secrets.length).toBeGreaterThanOrEqual(8);
    for (const path of secrets) expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const one of ['signer', 'offline', 'approver']) {
      expect((await stat(join(folder, one))).mode & 0o777).toBe(0o700);
    }
  });

  it('are marked in every key, in the root and in the status', async () => {
    const { authorities, root } = await readDocuments(folder);
    expect(authorities.development).toBe(true);
    expect(root).toMatchObject({ 'x-plumbline-development': true });
    const status = await keysStatus({ folder }, NOW);
    expect(status.development).toBe(true);
    expect(status.warnings.join()).toContain('DEVELOPMENT');
    expect(status.keys.every((key) => key.development && key.privateKey.where === 'file')).toBe(true);
    expect(status.documents.map((one) => [one.document, one.version])).toEqual([
      ['root', 1],
      ['targets', 1],
      ['fleet', 1],
      ['ca', undefined],
    ]);
  });

  it('open the desk, whose public keys the documents name', async () => {
    const desk = await openDesk(folder);
    const { authorities } = await readDocuments(folder);
    expect(authorities.directors.map(keyId)).toEqual([desk.director.keyId]);
    expect(authorities.timestamp.map(keyId)).toEqual([desk.timestamp.keyId]);
    expect(authorities.snapshot.map(keyId)).toEqual([desk.snapshot.keyId]);
    expect(authorities.enrolmentCas).toEqual([desk.caPem]);
    await desk.close();
  });

  it('stay as they are when they are made again', async () => {
    const before = await contents();
    await makeDevelopmentKeys(folder, NOW + 1000, { lines: ['other'] });
    expect(await contents()).toEqual(before);
  });

  it('are made whole after a crash left half of them beside', async () => {
    const again = join(parent, 'again');
    await mkdir(join(parent, '.again-making-crash', 'signer'), { recursive: true });
    await makeDevelopmentKeys(again, NOW, { lines: ['wear'] });
    expect(Object.keys((await readDocuments(again)).authorities.lines)).toEqual(['wear']);
    expect((await readdir(parent)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
