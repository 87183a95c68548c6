import { describe, expect, it } from 'vitest';
import type { ActivityView, StoredPrediction } from '../../index.ts';
import { takeWords, yesterdaysWord, type Words } from './yesterday.ts';

const DAY_MS = 86_400_000;
const dayStart = (at: number) => at - (at % DAY_MS);
const at = (day: number, hour: number) => day * DAY_MS + hour * 3_600_000;

function said(score: number, when: number, version = '1.0.0'): ActivityView[] {
  const prediction = { line: 'delay', activity: 'pour', score, at: when, version } as StoredPrediction;
  return [{ activity: 'pour', predictions: [prediction] } as unknown as ActivityView];
}

function after(...views: ActivityView[][]): Words {
  return views.reduce<Words>((known, view) => takeWords(known, view, dayStart), {});
}

const yesterday = (known: Words, now: number) => yesterdaysWord(known, 'delay', 'pour', dayStart(now))?.score;

describe('the word that stood when the local day began', () => {
  it.each([
    ['is the only one, said yesterday', after(said(0.2, at(1, 9))), at(2, 12), 0.2],
    ['is none, when the first was said today', after(said(0.2, at(2, 9))), at(2, 12), undefined],
    [
      'is the last of yesterday, when today said another',
      after(said(0.1, at(1, 9)), said(0.2, at(1, 17)), said(0.9, at(2, 8))),
      at(2, 12),
      0.2,
    ],
    [
      'stays it, however often today changes its mind',
      after(said(0.2, at(1, 17)), said(0.9, at(2, 8)), said(0.5, at(2, 9))),
      at(2, 12),
      0.2,
    ],
    [
      'is the last of all, a day later',
      after(said(0.2, at(1, 17)), said(0.9, at(2, 8)), said(0.5, at(2, 9))),
      at(3, 1),
      0.5,
    ],
    [
      'is that of an older version, when a new one speaks today',
      after(said(0.2, at(1, 17)), said(0.9, at(2, 8), '1.0.1')),
      at(2, 12),
      0.2,
    ],
  ])('%s', (_, known, now, score) => {
    expect(yesterday(known, now)).toBe(score);
  });

  it('costs no write while nothing new is said, and is forgotten with its activity', () => {
    const known = after(said(0.2, at(1, 9)));
    expect(takeWords(known, said(0.2, at(1, 9)), dayStart)).toBe(known);
    expect(takeWords(known, [], dayStart)).toEqual({});
  });
});
