import { createSeededRandom } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { cardFactsOf } from './card.ts';
import { skillOf } from './skill.ts';
import { maturedOf, trackRecordOf, type Matured } from './track-record.ts';
import type { StoredPrediction } from '../../index.ts';

const GOOD = { baseRate: 0.3, loss: { name: 'brier', value: 0.15, low: 0.13, high: 0.17, baseline: 0.21 } };
const BAD = { baseRate: 0.3, loss: { name: 'brier', value: 0.23, low: 0.22, high: 0.24, baseline: 0.21 } };
const UNCLEAR = { baseRate: 0.3, loss: { name: 'brier', value: 0.2, low: 0.18, high: 0.22, baseline: 0.21 } };

const bytes = (card: unknown) => new TextEncoder().encode(JSON.stringify(card));
const word = (line: string, selected: boolean, outcome?: 0 | 1, counted = true) =>
  ({ line, first: { score: 0.5, selected, counted }, ...(outcome !== undefined && { outcome }) }) as StoredPrediction;

/** Outcomes late with the chance that `chance` gives each score. */
function outcomes(count: number, seed: number, chance: (score: number) => number): Matured[] {
  const random = createSeededRandom(seed);
  return Array.from({ length: count }, () => {
    const score = random.next() < 0.3 ? 0.8 : 0.1;
    return { score, outcome: random.next() < chance(score) ? 1 : 0, selected: score > 0.5 };
  });
}

describe('whether a line may be shown on a site', () => {
  it.each([
    ['its card alone, when it is better than the base rate', [], GOOD, 'skilled'],
    ['its card alone, when it is not', [], BAD, 'none'],
    ['nobody, when the interval of the card spans the base rate', [], UNCLEAR, 'unproven'],
    ['nobody, without a card and outcomes', [], {}, 'unproven'],
    ['nobody, with 29 outcomes, however they fell', outcomes(29, 1, (score) => (score > 0.5 ? 1 : 0)), {}, 'unproven'],
    ['the outcomes here, when they bear it out', outcomes(200, 2, (score) => score), {}, 'skilled'],
    ['the outcomes here against its card, when they do not', outcomes(400, 3, () => 0.3), GOOD, 'none'],
  ])('is said by %s', (_, matured, card, verdict) => {
    expect(skillOf(matured, card).verdict).toBe(verdict);
  });

  it('is rarely taken from a model that is right: in 1 of 200 sites at most, over a whole season of looks', () => {
    let wronged = 0;
    for (let site = 0; site < 200; site += 1) {
      const all = outcomes(120, site + 100, (score) => score);
      const looks = [30, 45, 60, 75, 90, 105, 120].map((n) => skillOf(all.slice(0, n), { baseRate: 0.31 }).verdict);
      if (looks.includes('none')) wronged += 1;
    }
    expect(wronged).toBeLessThanOrEqual(1);
  });
});

describe('the track record of a line', () => {
  it('counts first words with a known outcome, and no others', () => {
    const all = [
      word('delay', true, 1),
      word('delay', true, 0),
      word('delay', false, 1),
      word('delay', false, 0),
      word('delay', false, 0),
      word('delay', true),
      word('delay', true, 1, false),
      word('other', true, 1),
    ];
    expect(trackRecordOf(maturedOf(all, 'delay'))).toEqual({ marked: 2, slipped: 1, unmarked: 3, unmarkedSlipped: 1 });
  });
});

describe('the card of a bundle', () => {
  it('gives the age of the data, the base rate, and the loss on rows that were held back', () => {
    const modelCard = {
      data: { baseRate: 0.3, to: 1000 },
      holdout: { brier: { value: 0.15, low: 0.1, high: 0.2 } },
      crossValidated: { brier: { value: 0.16 } },
      baseline: { brier: 0.21 },
    };
    expect(cardFactsOf(bytes({ modelCard, knownBefore: 2000 }))).toEqual({
      trainedUntil: 1000,
      baseRate: 0.3,
      loss: { name: 'brier', value: 0.15, low: 0.1, high: 0.2, baseline: 0.21 },
    });
  });

  it.each([undefined, bytes({}), bytes([]), Uint8Array.of(0xff), bytes({ modelCard: { data: 'x' } })])(
    'that is absent, or by somebody else, says nothing',
    (card) => {
      expect(cardFactsOf(card)).toEqual({});
    },
  );
});
