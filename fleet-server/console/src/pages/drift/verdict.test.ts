import { describe, expect, it } from 'vitest';
import type { KeptFinding } from './queries.ts';
import { verdictOf } from './verdict.ts';

const found = (kind: KeptFinding['kind'], more: Partial<KeptFinding> = {}) =>
  ({ kind, sentence: '', ...more }) as KeptFinding;
const asked = found('concept', {
  sentence: 'something has moved; whether what a score means has changed, about 340 more outcomes tell',
});

describe('the verdict of a line', () => {
  it.each<[KeptFinding['kind'][], string[], string]>([
    [[], ['true'], 'good'],
    [['covariate'], ['covariate', 'undecided'], 'warning'],
    [['covariate', 'concept'], ['covariate', 'concept'], 'bad'],
    [['label'], ['label'], 'warning'],
    [['realised'], ['loss', 'undecided'], 'bad'],
    [['quality'], ['data fault'], 'warning'],
    [['fairness'], ['fairness'], 'warning'],
  ])('of standing %j is %j', (kinds, words, tone) => {
    expect(
      verdictOf(
        kinds.map((kind) => found(kind)),
        asked,
      ),
    ).toMatchObject({ words, tone });
  });

  it('says how many outcomes are missing where a look knows it, and that none were judged where none looked', () => {
    const moved = [found('covariate', { subject: 'crew' })];
    expect(verdictOf(moved, asked).sentence).toContain('about 340 more outcomes tell');
    expect(verdictOf(moved, asked).sentence).toContain('(crew)');
    expect(verdictOf(moved, undefined).sentence).toContain('no outcomes have been judged yet');
  });
});
