import { describe, expect, it } from 'vitest';
import { changeSinceYesterday } from './change.ts';
import { shownActivities } from './shown.ts';
import { activity, inDays, lineView, NOW, said, viewOf } from './testing/small-site.ts';

const effect = { workingDays: 2, calendarDays: 3, milestones: [] };
const names = (view: Parameters<typeof shownActivities>[0]) =>
  shownActivities(view).map((one) => one.activity.activity);

describe('what is shown of a site', () => {
  it('keeps the order of what would be moved, then what nobody speaks of by its due date, then what is done', () => {
    const view = viewOf(
      [lineView('delay', 'skilled')],
      [
        activity('quiet, later', { plan: { startAt: 0, dueAt: inDays(9), values: {} } }),
        activity('first', { predictions: [said('delay', 0.3)], expectedEffectDays: effect }),
        activity('done', { outcome: { label: 0, observedAt: NOW }, predictions: [said('delay', 0.9)] }),
        activity('second', { predictions: [said('delay', 0.9)], expectedEffectDays: effect }),
        activity('quiet, sooner'),
      ],
    );
    expect(names(view)).toEqual(['first', 'second', 'quiet, sooner', 'quiet, later', 'done']);
  });

  it('says nothing of a line without skill: no score, no effect, no place in the ranking', () => {
    const view = viewOf(
      [lineView('guess', 'none'), lineView('delay', 'unproven')],
      [
        activity('by the guess', { predictions: [said('guess', 0.99)], expectedEffectDays: effect }),
        activity('by both', { predictions: [said('guess', 0.99), said('delay', 0.2)], expectedEffectDays: effect }),
      ],
    );
    expect(shownActivities(view)).toMatchObject([
      { activity: { activity: 'by both' }, said: { line: 'delay', score: 0.2 } },
      { activity: { activity: 'by the guess' } },
    ]);
    expect(shownActivities(view).map((one) => one.effect)).toEqual([undefined, undefined]);
    expect(shownActivities(view)[1]?.said).toBeUndefined();
  });
});

const since = (now: number, before: number | undefined, version = '1.0.0') =>
  changeSinceYesterday({
    activity: activity('a'),
    said: said('delay', now),
    ...(before !== undefined && { yesterday: { score: before, at: 0, version } }),
  });

describe('what changed since yesterday', () => {
  it.each([
    [0.72, 0.6, { kind: 'rose', points: 12, newModel: false }],
    [0.5, 0.7, { kind: 'fell', points: 20 }],
    [0.62, 0.6, { kind: 'same' }],
    [0.6, undefined, { kind: 'new' }],
  ])('%d after %s', (now, before, change) => {
    expect(since(now, before)).toMatchObject(change);
  });

  it('names a new version of the model as what it may come from', () => {
    expect(since(0.9, 0.5, '0.9.0')).toMatchObject({ newModel: true });
  });

  it('is nothing where nothing is said', () => {
    expect(changeSinceYesterday({ activity: activity('a') })).toBeUndefined();
  });
});
