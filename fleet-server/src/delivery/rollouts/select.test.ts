import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../sites/devices/index.ts';
import type { Stage } from './plan.ts';
import { selectDevices } from './select.ts';

const fleet = (count: number): Device[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `gw-${String(i).padStart(3, '0')}`,
    site: 'north',
    profile: 'linux-x64-dev',
    agent: '0.1.0',
    publicKey: { type: 'ed25519', public: '00'.repeat(32) },
    tags: i % 2 === 0 ? ['even'] : ['odd', 'crane'],
    enrolledAt: 0,
    lastSeenAt: null,
    online: false,
    assignedSeq: 0,
    report: undefined,
    fingerprint: '',
    standing: 'active' as const,
    standingReason: undefined,
    certificate: undefined,
    staleMetadata: false,
  }));
const stage = (size: Stage['size'], tags: string[] = []): Stage => ({ name: 'canary', tags, size, soakMs: 0 });
const ids = (devices: Device[]) => devices.map(({ id }) => id);
const draw = (size: Stage['size'], devices: Device[], taken: string[] = [], seed = 1, tags: string[] = []) =>
  ids(selectDevices(stage(size, tags), devices, new Set(taken), seed));

describe('the devices of a stage', () => {
  it('are the same for the same seed, in whatever order the fleet is listed', () => {
    const devices = fleet(50);
    expect(draw({ count: 7 }, devices.toReversed())).toEqual(draw({ count: 7 }, devices));
    expect(draw({ count: 7 }, devices, [], 2)).not.toEqual(draw({ count: 7 }, devices));
  });

  it.each<[Stage['size'], number, number]>([
    [{ percent: 10 }, 100, 10],
    [{ percent: 10 }, 95, 10],
    [{ percent: 1 }, 5, 1],
    [{ percent: 0.001 }, 5, 1],
    [{ percent: 100 }, 5, 5],
    [{ percent: 50 }, 0, 0],
    [{ count: 3 }, 5, 3],
    [{ count: 9 }, 5, 5],
  ])('of size %j among %i are %i', (size, count, wanted) => {
    expect(draw(size, fleet(count))).toHaveLength(wanted);
  });

  it('carry every tag that is asked for', () => {
    expect(draw({ percent: 100 }, fleet(10), [], 1, ['odd', 'crane'])).toHaveLength(5);
    expect(draw({ percent: 100 }, fleet(10), [], 1, ['odd', 'even'])).toEqual([]);
  });

  it('are counted over all that the tags select: 10 % and then 100 % adds the rest', () => {
    const first = draw({ percent: 10 }, fleet(100));
    const rest = draw({ percent: 100 }, fleet(100), first);
    expect(first).toHaveLength(10);
    expect(rest).toHaveLength(90);
  });

  it('never hold a device twice, whatever the stages', () => {
    const percent = integer({ min: 1, max: 100 });
    assert(
      property(integer({ min: 0, max: 60 }), integer({ min: 0 }), percent, percent, percent, (count, seed, a, b, c) => {
        const taken: string[] = [];
        for (const one of [a, b, c]) taken.push(...draw({ percent: one }, fleet(count), taken, seed));
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken).toHaveLength(Math.min(count, Math.ceil((count * Math.max(a, b, c)) / 100)));
      }),
    );
  });

  it('are drawn from everywhere in the fleet, not from its beginning', () => {
    const drawn = new Set(Array.from({ length: 40 }, (_, seed) => draw({ count: 5 }, fleet(20), [], seed)).flat());
    expect(drawn.size).toBe(20);
  });
});
