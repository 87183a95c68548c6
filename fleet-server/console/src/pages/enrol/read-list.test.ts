import { describe, expect, it } from 'vitest';
import { readList } from './read-list.ts';

describe('a list of devices to enrol', () => {
  it('is read with its columns in any order', async () => {
    const text = 'device,site,tags,zone\ngw-1,north,crane;pilot,Europe/Berlin\n"gw-2",south,,\n';
    expect(await readList(text)).toEqual({
      devices: [
        { line: 2, site: 'north', device: 'gw-1', tags: ['crane', 'pilot'], zone: 'Europe/Berlin' },
        { line: 3, site: 'south', device: 'gw-2', tags: [] },
      ],
      faults: [],
    });
  });

  it('names every bad line by its number', async () => {
    const { devices, faults } = await readList('site,device\nnorth,gw-1\n,gw-2\nnorth,gw-1\nnorth,gw-3,more\n');
    expect(devices.map(({ device }) => device)).toEqual(['gw-1']);
    expect(faults.map((fault) => /line \d+/.exec(fault)?.[0])).toEqual(['line 3', 'line 4', 'line 5']);
  });

  it.each([
    ['', 'empty'],
    ['place,device\na,b\n', 'no column place'],
    ['site\na\n', 'no column device'],
    ['site,site\na,b\n', 'twice'],
  ])('refuses a file whose header is %j', async (text, why) => {
    const { devices, faults } = await readList(text);
    expect(devices).toEqual([]);
    expect(faults).toEqual([expect.stringContaining(why)]);
  });
});
