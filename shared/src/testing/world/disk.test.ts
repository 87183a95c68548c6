import { describe, expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { createDisk, type Disk } from './disk.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1);

/** What each of many power cuts leaves of a file. */
function left(prepare: (disk: Disk) => void): Set<string> {
  return new Set(
    SEEDS.map((seed) => {
      const disk = createDisk();
      prepare(disk);
      disk.crash(createChance(seed));
      return disk.read('f')?.join(' ') ?? 'absent';
    }),
  );
}

describe('a simulated disk', () => {
  it('gives back what was written, at its offset, with zeros before it', () => {
    const disk = createDisk();
    disk.write('f', 2, bytes(7, 8));
    disk.write('f', 3, bytes(9));
    expect(disk.read('f')).toEqual(bytes(0, 0, 7, 9));
    expect(disk.read('g')).toBeUndefined();
  });

  it('keeps through a power cut what was synced, always', () => {
    expect(
      left((disk) => {
        disk.write('f', 0, bytes(1, 2, 3));
        disk.sync('f');
      }),
    ).toEqual(new Set(['1 2 3']));
  });

  it('may keep of an unsynced write nothing, all, a part or zeros', () => {
    const found = left((disk) => disk.write('f', 0, bytes(1, 2, 3)));
    expect(found).toEqual(new Set(['absent', '1 2 3', '1 2', '1', '', '0 0 0']));
  });

  it('may lose an older write and keep a newer one', () => {
    const found = left((disk) => {
      disk.write('f', 0, bytes(1));
      disk.write('f', 1, bytes(2));
    });
    expect(found.has('0 2')).toBe(true);
  });

  it('may bring back what was removed, unless that was synced', () => {
    expect(removed(false)).toEqual(new Set(['1', 'absent']));
    expect(removed(true)).toEqual(new Set(['absent']));
  });

  it('removes everything below a folder, and nothing beside it', () => {
    const disk = createDisk();
    for (const path of ['a/b/1', 'a/b/2', 'a/bc', 'a']) disk.write(path, 0, bytes(1));
    disk.remove('a/b');
    expect(disk.paths()).toEqual(['a/bc', 'a']);
  });

  it('rots one bit, in memory and on the medium', () => {
    const disk = createDisk();
    disk.write('f', 0, bytes(4, 4));
    disk.sync('f');
    expect([disk.rot('f', 1), disk.rot('f', 9), disk.rot('g', 0)]).toEqual([true, false, false]);
    disk.crash(createChance(1));
    expect(disk.read('f')).toEqual(bytes(4, 5));
  });
});

function removed(isSynced: boolean): Set<string> {
  return left((disk) => {
    disk.write('f', 0, bytes(1));
    disk.sync('f');
    disk.remove('f');
    if (isSynced) disk.sync('f');
  });
}
