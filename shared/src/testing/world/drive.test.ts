import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../virtual-clock.ts';
import { createChance } from './chance.ts';
import { createDisk } from './disk.ts';
import { createDiskFaults, createDrive, type DiskFaults } from './drive.ts';
import { createLife } from './life.ts';

function open(change: Partial<DiskFaults> = {}) {
  const clock = createVirtualClock(0);
  const life = createLife(clock);
  const disk = createDisk();
  const faults = { ...createDiskFaults(), ...change };
  const drive = createDrive({ disk, life, faults, chance: createChance(1), powerCut: life.end });
  /** What became of a call after plenty of time. */
  const fate = async (call: Promise<unknown>) => {
    let became = 'pending';
    call.then(
      () => (became = 'done'),
      (error: { code: string }) => (became = error.code),
    );
    await clock.advance(1000);
    return became;
  };
  return { clock, life, disk, faults, drive, fate };
}

const BYTES = Uint8Array.of(1, 2, 3, 4);

describe('a drive', () => {
  it('numbers every call', async () => {
    const { drive, faults, fate } = open();
    await fate(drive.write('f', 0, BYTES));
    await fate(drive.sync(['f']));
    await fate(drive.read('f'));
    await fate(drive.visit('key'));
    await fate(drive.remove('f'));
    expect(faults.visited).toBe(5);
  });

  it.each([
    ['before', undefined],
    ['after', BYTES],
  ] as const)(
    'takes the power %s the call that was named, and nothing is heard of it again',
    async (when, expected) => {
      const { drive, disk, life, fate } = open({ crashAt: { at: 2, when } });
      await fate(drive.read('f'));
      expect(await fate(drive.write('f', 0, BYTES))).toBe('pending');
      expect(life.isAlive()).toBe(false);
      expect(disk.read('f')).toEqual(expected);
      expect(await fate(drive.read('f'))).toBe('pending');
    },
  );

  it('refuses to write when full, having kept a part at most, and still reads and removes', async () => {
    const { drive, disk, faults, fate } = open();
    await fate(drive.write('f', 0, BYTES));
    faults.isFull = true;
    expect(await fate(drive.write('g', 0, BYTES))).toBe('drive_full');
    expect((disk.read('g')?.length ?? 0) <= BYTES.length).toBe(true);
    expect(await fate(drive.read('f'))).toBe('done');
    expect(await fate(drive.remove('f'))).toBe('done');
    expect(faults.hit).toBe(1);
  });

  it('fails as often as it is told to', async () => {
    const { drive, fate } = open({ failing: 1 });
    expect(await fate(drive.read('f'))).toBe('drive_failed');
    expect(await fate(drive.sync(['f']))).toBe('drive_failed');
  });
});

describe('a life', () => {
  it('takes its timers with it, and what still waits for it waits for ever', async () => {
    const { clock, life } = open();
    const ran: string[] = [];
    life.clock.after(10, () => ran.push('timer'));
    void life.wait(10).then(() => ran.push('waited'));
    life.onEnd(() => ran.push('ended'));
    life.end();
    life.end();
    life.clock.after(10, () => ran.push('timer of the dead'));
    await clock.advance(100);
    expect(ran).toEqual(['ended']);
    expect(clock.pending()).toBe(0);
  });

  it('runs what comes too late for its end at once', () => {
    const { life } = open();
    life.end();
    let ran = false;
    life.onEnd(() => (ran = true));
    expect(ran).toBe(true);
  });
});
