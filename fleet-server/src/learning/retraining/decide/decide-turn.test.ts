import type { Finding } from '@plumbline/shared/drift';
import { describe, expect, it } from 'vitest';
import { retrainPolicy, type RetrainPolicy } from '../policy/policy.ts';
import { decideTurn, levelOfTry, type LineFacts } from './decide-turn.ts';

const DAY_MS = 86_400_000;
const NOW = 2000 * DAY_MS;
const policy = retrainPolicy.parse({
  line: 'delay',
  dataset: 'delays',
  on: {
    drift: { kinds: ['covariate', 'concept'] },
    loss: { estimated: true, realised: true },
    everyDays: 365,
    newLabels: 1000,
  },
  coolDownDays: 90,
  perYear: 2,
  minimumLabels: 100,
});

const finding = (change: Partial<Finding> = {}): Finding => ({
  id: 'f-1',
  kind: 'covariate',
  line: 'delay',
  version: '1.0.0',
  scope: { of: 'fleet', id: '' },
  from: NOW - 2 * DAY_MS,
  to: NOW - DAY_MS,
  subject: 'crew',
  alarm: true,
  statistic: 40,
  threshold: 20,
  p: 1e-6,
  effect: 0.5,
  n: 500,
  devices: 9,
  sites: 9,
  tests: [],
  sure: '',
  sentence: 'crew has moved',
  todo: '',
  shares: [],
  ...change,
});

const facts = (change: Partial<LineFacts> = {}): LineFacts => ({
  now: NOW,
  since: NOW - 100 * DAY_MS,
  champion: { version: '1.0.0', knownBefore: NOW - 100 * DAY_MS },
  findings: [],
  holds: [],
  answered: new Set(),
  openedAt: [],
  retrainedAt: [],
  labelsSince: () => 100,
  ...change,
});
const found = (change: Partial<Finding> = {}) => ({ findings: [finding(change)] });
const fault = finding({ id: 'f-2', kind: 'quality', quality: 'stuck' });
const hold = (change: object = {}) => ({
  ...found(),
  holds: [
    {
      line: 'delay',
      feature: 'hours',
      scope: { of: 'fleet', id: '' } as const,
      from: 0,
      to: null,
      finding: 'f-9',
      ...change,
    },
  ],
});

describe('a turn', () => {
  it.each<[string, Partial<LineFacts>, object]>([
    ['drift of a kind that is named', found(), { cause: 'drift', findings: ['f-1'] }],
    ['drift, with when it began', found({ since: { at: 7, low: 6, high: 8 } }), { cause: 'drift', changeAt: 7 }],
    ['realised loss', found({ kind: 'realised' }), { cause: 'realised' }],
    ['estimated loss', found({ kind: 'estimated' }), { cause: 'estimated' }],
    ['drift of a group', found({ scope: { of: 'group', id: 'north' } }), { cause: 'drift' }],
    ['drift before loss', { findings: [finding({ kind: 'realised', id: 'f-3' }), finding()] }, { cause: 'drift' }],
    ['labels', { labelsSince: () => 1000 }, { cause: 'labels' }],
    [
      'labels of after a change, twice those that the last look knew of',
      {
        answeredChange: { at: NOW - 300 * DAY_MS, lookedAt: NOW - 100 * DAY_MS },
        labelsSince: (since) => (since > NOW - 200 * DAY_MS ? 150 : 300),
      },
      { cause: 'labels', changeAt: NOW - 300 * DAY_MS },
    ],
    ['time', { champion: { version: '1.0.0', knownBefore: NOW - 365 * DAY_MS } }, { cause: 'time' }],
    ['drift once it has cooled down', { ...found(), openedAt: [NOW - 90 * DAY_MS] }, { cause: 'drift' }],
    [
      'drift when the budget of the year is free again',
      { ...found(), openedAt: [NOW - 366 * DAY_MS, NOW - 365 * DAY_MS] },
      { cause: 'drift' },
    ],
    [
      'drift a year after the last new model',
      { ...found(), since: NOW - 400 * DAY_MS, retrainedAt: [NOW - 365 * DAY_MS] },
      { cause: 'drift' },
    ],
    [
      'drift soon after a new model, where the year before needed none',
      { ...found(), since: NOW - 400 * DAY_MS, retrainedAt: [NOW - 100 * DAY_MS] },
      { cause: 'drift' },
    ],
    [
      'drift beside a fault of another feature',
      { findings: [finding(), { ...fault, subject: 'hours' }] },
      { cause: 'drift' },
    ],
    ['drift beside a fault of one site', hold({ scope: { of: 'site', id: 'north' } }), { cause: 'drift' }],
    ['drift after a fault that was mended', hold({ to: NOW }), { cause: 'drift' }],
  ])('opens on %s', (_what, change, answer) => {
    expect(decideTurn(facts(change), policy)).toMatchObject({ open: true, ...answer });
  });

  it.each<[string, Partial<LineFacts>, string, Partial<RetrainPolicy>?]>([
    ['nothing is found', {}, 'nothing found'],
    [
      'labels of after a change are not twice as many yet',
      {
        answeredChange: { at: NOW - 300 * DAY_MS, lookedAt: NOW - 100 * DAY_MS },
        labelsSince: (since) => (since > NOW - 200 * DAY_MS ? 149 : 300),
      },
      'nothing found',
    ],
    [
      'labels of after a change are twice as many and still few',
      {
        answeredChange: { at: NOW - 300 * DAY_MS, lookedAt: NOW - 100 * DAY_MS },
        labelsSince: (since) => (since > NOW - 200 * DAY_MS ? 120 : 199),
      },
      'nothing found',
    ],
    ['the policy is off', found(), 'off', { mode: 'off' }],
    ['it is no alarm', found({ alarm: false }), 'nothing found'],
    ['it is of another version', found({ version: '0.9.0' }), 'nothing found'],
    ['it is of a kind that is not named', found({ kind: 'label' }), 'nothing found'],
    ['only one device says so', found({ scope: { of: 'device', id: 'd-1' } }), 'nothing found'],
    ['only one site says so', found({ scope: { of: 'site', id: 's-1' } }), 'nothing found'],
    ['an earlier turn has answered it', { ...found(), answered: new Set(['f-1']) }, 'nothing found'],
    ['it is a fault of the data', { findings: [fault] }, 'nothing found'],
    ['a fault of the same feature explains it', { findings: [finding(), fault] }, 'nothing found'],
    [
      'a mended fault of the same feature explains it',
      hold({ feature: 'crew', to: NOW - DAY_MS - 1 }),
      'nothing found',
    ],
    ['a fault of the data stands', hold(), 'a fault of the data stands on hours'],
    ['one was opened lately', { ...found(), openedAt: [NOW - 90 * DAY_MS + 1] }, 'cooling down'],
    ['the year is spent', { ...found(), openedAt: [NOW - 200 * DAY_MS, NOW - 364 * DAY_MS] }, '2 turns within a year'],
    ['the year has its new model', { ...found(), retrainedAt: [NOW - 91 * DAY_MS] }, '1 new models in year 1'],
    [
      'two years have their new models',
      { ...found(), since: NOW - 729 * DAY_MS, retrainedAt: [NOW - 600 * DAY_MS, NOW - 364 * DAY_MS] },
      '2 new models in year 2 of the line, 2 are allowed',
    ],
    [
      'years that needed none have been made up for within one',
      { ...found(), since: NOW - 1900 * DAY_MS, retrainedAt: [NOW - 364 * DAY_MS, NOW - 91 * DAY_MS] },
      '2 new models within a year, 2 are allowed at most',
    ],
    ['a label is missing', { ...found(), labelsSince: () => 99 }, '99 labels'],
    ['it is a day too early', { champion: { version: '1.0.0', knownBefore: NOW - 365 * DAY_MS + 1 } }, 'nothing found'],
    ['loss is found and not asked for', found({ kind: 'realised' }), 'nothing found', { on: { newLabels: 10_000 } }],
  ])('does not open when %s', (_what, change, sentence, other = {}) => {
    const decision = decideTurn(facts(change), { ...policy, ...other });
    expect(decision.open).toBe(false);
    expect(decision.sentence).toContain(sentence);
  });

  it('tests at levels that add up to 0.05 within the budget of a year, and falls beyond', () => {
    expect([1, 2, 3].map((tries) => levelOfTry(tries, 2))).toEqual([0.025, 0.025, 0.0125]);
  });
});
