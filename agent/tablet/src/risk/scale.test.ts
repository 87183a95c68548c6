import { describe, expect, it } from 'vitest';
import { CHANCES, chanceWord, toneOf } from './scale.ts';

describe('the words for chances', () => {
  it.each([
    [0, 'almost-none', 'low'],
    [0.049, 'very-unlikely', 'low'],
    [0.19, 'very-unlikely', 'low'],
    [0.2, 'unlikely', 'middle'],
    [0.45, 'even', 'middle'],
    [0.549, 'likely', 'high'],
    [0.55, 'likely', 'high'],
    [0.8, 'very-likely', 'high'],
    [0.95, 'almost-certain', 'high'],
    [1, 'almost-certain', 'high'],
  ] as const)('%d is %s, shown as %s: by the percent that is printed beside it', (chance, word, tone) => {
    expect([chanceWord(chance), toneOf(chance)]).toEqual([word, tone]);
  });

  it('leave no gap and do not overlap', () => {
    expect(CHANCES.map(({ from }) => from)).toEqual([0, ...CHANCES.slice(0, -1).map(({ to }) => to)]);
    expect(CHANCES.at(-1)?.to).toBe(1);
  });
});
