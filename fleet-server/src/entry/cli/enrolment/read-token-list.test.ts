import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTokenList } from './read-token-list.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-tokens-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (text: string) => {
  const path = join(folder, 'list.csv');
  await writeFile(path, text);
  return readTokenList(path);
};

describe('a list of devices to be', () => {
  it('is read with its lines, in any order of columns', async () => {
    const text = '\ufeffprofile,device,site,tags\nlinux-x64-dev,gw-1, north ,crane; tower\n,gw-2,south,\n';
    expect(await read(text)).toEqual([
      { line: 2, site: 'north', device: 'gw-1', tags: ['crane', 'tower'], profile: 'linux-x64-dev' },
      { line: 3, site: 'south', device: 'gw-2', tags: [] },
    ]);
    expect(await read('site,device\nnorth,gw-1')).toEqual([{ line: 2, site: 'north', device: 'gw-1', tags: [] }]);
  });

  it('names every bad line', async () => {
    await expect(read('site,device,tags\nnorth,gw-1,\nnorth\n,gw-3,\n,,\nnorth,gw-5,\n')).rejects.toMatchObject({
      code: 'token_list_malformed',
      message: 'line 3 has 1 cells, the header has 3\nline 4: no site\nline 5: no site and no device',
    });
  });

  it.each([
    ['a column that means nothing', 'site,device,colour\nnorth,gw-1,red\n', 'token_list_malformed'],
    ['no column of devices', 'site,name\nnorth,gw-1\n', 'token_list_malformed'],
    ['no line but the header', 'site,device\n', 'token_list_malformed'],
    ['nothing', '', 'csv_empty'],
    ['more lines than fit one request', `site,device\n${'north,gw-1\n'.repeat(5001)}`, 'csv_too_many_rows'],
  ])('is refused with %s', async (_what, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ code });
  });

  it('that is not there is named', async () => {
    await expect(readTokenList(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'token_list_unreadable' });
  });
});
