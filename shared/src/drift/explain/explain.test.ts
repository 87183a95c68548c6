import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../testing/seeded-random.ts';
import { drawBinomial } from '../../testing/draw-counts.ts';
import { attributeChange, attributeFeatures } from './attribute.ts';
import { changePoint } from './change-point.ts';

describe('since when', () => {
  it('is a day within an interval that holds the true one as often as it says', () => {
    const { next } = createSeededRandom(31);
    const worlds = 200;
    let [held, width] = [0, 0];
    for (let i = 0; i < worlds; i += 1) {
      const days = Array.from({ length: 60 }, (_, at) => {
        const errors = drawBinomial(next, 40, at < 35 ? 0.1 : 0.25);
        return { at, counts: [errors, 40 - errors] };
      });
      const { low, high } = changePoint(days)!;
      if (low <= 35 && high >= 35) held += 1;
      width += high - low + 1;
    }
    expect(held / worlds).toBeGreaterThan(0.92);
    expect(width / worlds).toBeLessThan(6);
  });

  it('is wide where a design effect says that the counts know little, and is not said of one day', () => {
    const { next } = createSeededRandom(5);
    const days = Array.from({ length: 40 }, (_, at) => {
      const errors = drawBinomial(next, 30, at < 20 ? 0.1 : 0.2);
      return { at, counts: [errors, 30 - errors] };
    });
    const [sure, unsure] = [changePoint(days)!, changePoint(days, { designEffect: 8 })!];
    expect(unsure.at).toBe(sure.at);
    expect(unsure.high - unsure.low).toBeGreaterThan(sure.high - sure.low);
    expect(changePoint(days.slice(0, 1))).toBeUndefined();
    expect(
      changePoint([
        { at: 1, counts: [0, 0] },
        { at: 2, counts: [1, 2] },
      ]),
    ).toBeUndefined();
  });
});

describe('where it comes from', () => {
  it('is divided among sites, and adds up to all of it', () => {
    const still = Array.from({ length: 8 }, (_, i) => ({ name: `s${i}`, counts: [50, 50] }));
    const shares = attributeChange([500, 500], [...still, { name: 'moved', counts: [95, 5] }]);
    expect(shares[0]?.name).toBe('moved');
    expect(shares[0]?.share).toBeCloseTo(1, 6);
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('names who moved against it with less than nothing', () => {
    const shares = attributeChange(
      [500, 500],
      [
        { name: 'up', counts: [90, 10] },
        { name: 'down', counts: [40, 60] },
      ],
    );
    expect(shares.map(({ name, share }) => [name, share > 0])).toEqual([
      ['up', true],
      ['down', false],
    ]);
    expect(attributeChange([500, 500], [{ name: 'same', counts: [5, 5] }])).toEqual([]);
  });

  it('is divided among features by their effects', () => {
    const shares = attributeFeatures([
      { name: 'a', effect: 0.1 },
      { name: 'b', effect: 0.7 },
    ]);
    expect(shares.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(shares[0]?.share).toBeCloseTo(0.98, 12);
    expect(attributeFeatures([{ name: 'a', effect: 0 }])).toEqual([]);
  });
});
