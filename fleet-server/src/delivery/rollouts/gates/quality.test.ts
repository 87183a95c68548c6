import { describe, expect, it } from 'vitest';
import { driftGate } from './drift.ts';
import type { CohortCluster, GateInput, SliceCohorts } from './gate-input.ts';
import type { Verdict } from './gates.ts';
import { fairnessGate, qualityGate } from './quality.ts';

/** So many sites with `count` outcomes each and about this Brier score, a little different from site to site. */
function cohort(sites: number, count: number, brier: number, prefix = 's'): CohortCluster[] {
  return Array.from({ length: sites }, (_, i) => ({
    cluster: `${prefix}${i}`,
    count,
    loss: count * (brier + 0.01 * ((i % 3) - 1)),
  }));
}

/** A slice on 15 sites of either side, the champion's at a Brier score of 0.2. */
const slice = (name: string, brier: number, count = 20): SliceCohorts => ({
  slice: name,
  candidate: cohort(15, count, brier),
  champion: cohort(15, 20, 0.2, 't'),
});

describe('the gate of quality', () => {
  const limits = { worseBy: 0.01, minimum: 100 };

  it.each<[string, CohortCluster[], CohortCluster[], Verdict, string]>([
    [
      'much worse',
      cohort(12, 20, 0.3),
      cohort(12, 20, 0.2, 't'),
      'fail',
      "Brier score 0.1 worse than the champion's on 240 and 240 outcomes; it is surely worse by more than 0.01 (at least 0.0",
    ],
    ['better', cohort(12, 20, 0.15), cohort(12, 20, 0.2, 't'), 'pass', 'Brier score 0.05 better'],
    [
      'a little worse',
      cohort(12, 20, 0.215),
      cohort(12, 20, 0.2, 't'),
      'inconclusive',
      'it may not be worse by more than 0.01, and it may be chance',
    ],
    ['the same', cohort(12, 20, 0.2), cohort(12, 20, 0.2, 't'), 'pass', 'Brier score 0 better'],
    [
      'hardly anything of the candidate',
      cohort(12, 2, 0.9),
      cohort(12, 20, 0.2, 't'),
      'inconclusive',
      '24 outcomes of the candidate and 240 of the champion have matured; at least 100 of each',
    ],
    [
      'nothing of the champion',
      cohort(12, 20, 0.9),
      [],
      'inconclusive',
      '240 outcomes of the candidate and 0 of the champion',
    ],
    ['three sites only', cohort(3, 100, 0.9), cohort(12, 20, 0.2, 't'), 'inconclusive', 'they count as 3; at least 5'],
  ])('of a candidate: %s', (_name, candidate, champion, verdict, sentence) => {
    const result = qualityGate({ quality: { candidate, champion } }, limits, 0.01);
    expect(result.sentence).toContain(sentence);
    expect(result.verdict).toBe(verdict);
    expect(result.limit).toBe(0.01);
    expect(result.low ?? -Infinity).toBeLessThanOrEqual(result.value ?? Infinity);
  });
});

describe('the gates of quality and fairness of days', () => {
  const days = { name: 'mean absolute error', unit: 'days' };
  const limits = { worseBy: 0.5, minimum: 100 };

  it('name the loss and its unit', () => {
    const quality = { candidate: cohort(12, 20, 9), champion: cohort(12, 20, 6, 't') };
    const result = qualityGate({ quality, measure: days }, limits, 0.01);
    expect(result.verdict).toBe('fail');
    expect(result.sentence).toMatch(
      /^mean absolute error 3 days worse than the champion's .*worse by more than 0.5 days \(at least 2.9\d* days\)$/,
    );
  });

  it('are inconclusive, with the reason, where nothing tells the two models apart', () => {
    const quality = { candidate: cohort(12, 20, 0.9), champion: cohort(12, 20, 0.1, 't') };
    const unmeasured = 'no outcome says by how many days';
    const none = { verdict: 'inconclusive', value: undefined, sample: 0 };
    const sentence = 'quality on matured outcomes cannot be compared: no outcome says by how many days';
    expect(qualityGate({ quality, unmeasured }, limits, 0.01)).toMatchObject({ ...none, sentence });
    const fairness = [{ slice: 'a', ...quality }];
    expect(fairnessGate({ fairness, unmeasured }, limits, 0.01)).toMatchObject({ ...none, sentence });
  });
});

describe('the gate of fairness', () => {
  const limits = { worseBy: 0.02, minimum: 50 };
  it.each<[string, SliceCohorts[], Verdict, string]>([
    ['no slices', [], 'inconclusive', 'no slice has matured outcomes of both models'],
    [
      'slices with too few outcomes',
      [slice('trade = roofing', 0.9, 1), slice('trade = concrete', 0.9, 2)],
      'inconclusive',
      'trade = concrete: 30 outcomes of the candidate',
    ],
    [
      'all well',
      [slice('trade = concrete', 0.2), slice('trade = roofing', 0.21)],
      'pass',
      'worst of 2 slices, trade = roofing: Brier score 0.01 worse',
    ],
    [
      'one that suffers',
      [slice('trade = concrete', 0.1), slice('trade = roofing', 0.4)],
      'fail',
      'worst of 2 slices, trade = roofing: Brier score 0.2 worse',
    ],
    [
      'one that may suffer',
      [slice('trade = concrete', 0.2), slice('trade = roofing', 0.225)],
      'inconclusive',
      'worst of 2 slices, trade = roofing',
    ],
    [
      'one with too few beside a good one',
      [slice('a', 0.2), slice('b', 0.9, 1)],
      'pass',
      "worst of 1 slice, a: Brier score 0 better than the champion's on 300 and 300 outcomes; it may not be worse by more than 0.02; 1 slice with too few",
    ],
  ])('with %s', (_name, fairness, verdict, sentence) => {
    const result = fairnessGate({ fairness }, limits, 0.01);
    expect(result.sentence).toContain(sentence);
    expect(result.verdict).toBe(verdict);
  });

  it('asks more of a slice than quality asks of the whole, so that many slices do not find one by chance', () => {
    const whole = { candidate: cohort(8, 20, 0.26), champion: cohort(8, 20, 0.2, 't') };
    const quality = qualityGate({ quality: whole }, limits, 0.01);
    const fairness = fairnessGate({ fairness: [{ slice: 'a', ...whole }] }, limits, 0.01);
    expect(fairness.value).toBe(quality.value);
    expect(fairness.low).toBeLessThan(quality.low ?? -1);
  });
});

describe('the gate of drift', () => {
  it.each<[string, GateInput['drift'], 'reference'[], Verdict, string]>([
    ['nothing judged', { judged: 0, alarms: [] }, [], 'inconclusive', 'no window of the candidate has been judged'],
    ['no reference', { judged: 0, alarms: [] }, ['reference'], 'inconclusive', 'drift can never be judged'],
    ['all quiet', { judged: 3, alarms: [] }, ['reference'], 'pass', '0 drift alarms in 3 verdicts; at most 1 may be'],
    ['as many as may be', { judged: 3, alarms: ['wind'] }, [], 'pass', '1 drift alarm in 3 verdicts'],
    [
      'one too many',
      { judged: 3, alarms: ['wind', 'score'] },
      [],
      'fail',
      '2 drift alarms over the windows of the candidate (score, wind)',
    ],
    [
      'a likely change that is not sure',
      { judged: 2, alarms: [], undecided: 'wind has likely moved' },
      [],
      'inconclusive',
      'the newest of 2 verdicts on drift is not sure: wind has likely moved',
    ],
    [
      'a likely change beside one alarm too many',
      { judged: 2, alarms: ['wind', 'score'], undecided: 'crew has likely moved' },
      [],
      'fail',
      '2 drift alarms',
    ],
  ])('with %s', (_name, drift, absent, verdict, sentence) => {
    const result = driftGate({ drift, absent }, { atMost: 1 });
    expect(result.sentence).toContain(sentence);
    expect(result.verdict).toBe(verdict);
  });
});
