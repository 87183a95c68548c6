import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawStage } from './draw.ts';
import type { Stage } from './rollout-plan.ts';

const fleet = (count: number) => Array.from({ length: count }, (_, i) => `gw-${i}`);
const draw = (size: Stage['size'], selected: string[], taken: string[] = [], seed = 1, unfit: string[] = []) =>
  drawStage({ size, selected, taken: new Set(taken), unfit: new Set(unfit), seed });

describe('the devices of a stage', () => {
  it('are the same for the same seed, in whatever order the fleet is listed', () => {
    expect(draw({ count: 7 }, fleet(50).toReversed())).toEqual(draw({ count: 7 }, fleet(50)));
    expect(draw({ count: 7 }, fleet(50), [], 2)).not.toEqual(draw({ count: 7 }, fleet(50)));
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

  it('are counted over all that are selected, and drawn among those that can take the release', () => {
    const unfit = fleet(100).slice(0, 60);
    const drawn = draw({ percent: 10 }, fleet(100), [], 1, unfit);
    expect(drawn).toHaveLength(10);
    expect(drawn.filter((device) => unfit.includes(device))).toEqual([]);
    expect(draw({ percent: 100 }, fleet(100), drawn, 1, unfit)).toHaveLength(30);
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
