import { describe, expect, it } from 'vitest';
import { decideTrigger, type RetrainingPolicy, type TriggerInput } from './decide-trigger.ts';

const DAY_MS = 86_400_000;
const policy: RetrainingPolicy = { maximumAgeMs: 365 * DAY_MS, coolDownMs: 30 * DAY_MS, minimumNewLabels: 100 };
const now = 1000 * DAY_MS;
const alarm = { at: now - DAY_MS, sentence: 'trade has changed' };
const young: TriggerInput = {
  now,
  trainedAt: now - 100 * DAY_MS,
  alarm: undefined,
  newLabels: 100,
  lastTriedAt: undefined,
};
const old = { ...young, trainedAt: now - 365 * DAY_MS };

describe('a retraining', () => {
  it.each<[string, TriggerInput, 'drift' | 'age', string]>([
    ['drift', { ...young, alarm }, 'drift', 'drift: trade has changed'],
    ['age, to the day', old, 'age', 'the model is 365 days old'],
    ['drift before age', { ...old, alarm }, 'drift', 'drift: trade has changed'],
    [
      'drift once it has cooled down',
      { ...young, alarm, lastTriedAt: now - 30 * DAY_MS },
      'drift',
      'drift: trade has changed',
    ],
  ])('opens on %s', (_what, input, cause, sentence) => {
    expect(decideTrigger(input, policy)).toEqual({ open: true, cause, sentence });
  });

  it.each<[string, TriggerInput, string]>([
    ['there is neither drift nor age', young, 'no drift, and not old enough'],
    ['it is a millisecond too young', { ...old, trainedAt: old.trainedAt + 1 }, 'no drift, and not old enough'],
    ['one was tried lately, whatever happened', { ...old, alarm, lastTriedAt: now - 30 * DAY_MS + 1 }, 'cooling down'],
    ['a label is missing, whatever happened', { ...old, alarm, newLabels: 99 }, '99 new labels, 100 needed'],
    ['it cools down without labels', { ...young, newLabels: 0, lastTriedAt: now }, 'cooling down'],
  ])('does not open when %s', (_what, input, sentence) => {
    expect(decideTrigger(input, policy)).toEqual({ open: false, sentence });
  });
});
