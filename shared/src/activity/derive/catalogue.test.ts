import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Plan, Progress, SiteLogEntry } from '../site-log.ts';
import { DERIVATIONS, deriveValues, parseDerived, derivedName } from './catalogue.ts';
import { createHistory } from './history.ts';

const at = (text: string) => Date.parse(text);
let entries = 0;
const head = (activity: string, when: string) => ({
  id: `entry-${String((entries += 1)).padStart(4, '0')}`,
  activity,
  base: null,
  actor: 'ana',
  at: at(when),
});
const plan = (activity: string, when: string, value: Partial<Plan> & { start: string; due: string }): SiteLogEntry => {
  const { start, due, ...more } = value;
  const said = { startAt: at(start), dueAt: at(due), values: {}, ...more };
  return { ...head(activity, when), field: 'plan', value: said };
};
const outcome = (activity: string, when: string, label: 0 | 1): SiteLogEntry => ({
  ...head(activity, when),
  field: 'outcome',
  value: { label, observedAt: at(when) },
});
const report = (activity: string, when: string, value: Partial<Progress>): SiteLogEntry => ({
  ...head(activity, when),
  field: 'progress',
  value: { percentComplete: 0, observedAt: at(when), ...value },
});

/** Three neighbours with outcomes, two open ones, and the wall that is asked about. */
const masonry = { values: { trade: 'masonry', phase: 'shell' } };
const SITE: SiteLogEntry[] = [
  plan('dig', '2026-01-01', { start: '2026-01-05', due: '2026-01-12', values: { trade: 'earth', phase: 'ground' } }),
  outcome('dig', '2026-01-14', 1),
  plan('base', '2026-01-01', { start: '2026-01-12', due: '2026-01-20', ...masonry }),
  outcome('base', '2026-01-20', 0),
  plan('pit', '2026-01-01', { start: '2026-01-12', due: '2026-01-21', ...masonry }),
  outcome('pit', '2026-01-25', 1),
  plan('drain', '2026-01-02', { start: '2026-01-20', due: '2026-02-20', values: { trade: 'plumbing' } }),
  plan('steps', '2026-01-02', { start: '2026-01-20', due: '2026-01-28', ...masonry }),
  plan('roof', '2026-01-02', { start: '2026-05-01', due: '2026-06-01', ...masonry }),
  plan('wall', '2026-01-02', { start: '2026-01-26', due: '2026-02-05' }),
  plan('wall', '2026-01-20', {
    start: '2026-01-28',
    due: '2026-02-09T12:00:00Z',
    ...masonry,
    network: {
      totalFloat: { workingDays: 4.5, calendarDays: 6 },
      critical: false,
      milestones: [
        { milestone: 'roof on', workingDays: 7, calendarDays: 9 },
        { milestone: 'dry', workingDays: 4.5, calendarDays: 6 },
      ],
      predecessors: ['base', 'dig', 'steps', 'never heard of'],
    },
  }),
  report('wall', '2026-01-30', { percentComplete: 10, startedAt: at('2026-01-29'), cause: 'weather' }),
  report('wall', '2026-02-01', { percentComplete: 25, startedAt: at('2026-01-29'), cause: 'crew' }),
];
const history = createHistory(SITE);
const QUESTION = { activity: 'wall', asOf: at('2026-02-03'), values: { trade: 'masonry', phase: 'shell' } };
const valueOf = (name: string, changed: object = {}, log: typeof history | 'none' = history) => {
  const source = parseDerived(name);
  if (source === undefined) throw new Error(`${name} is not in the catalogue`);
  return deriveValues([source], { ...QUESTION, ...changed }, log === 'none' ? undefined : log)[name];
};

const rounded = (value: unknown) => (typeof value === 'number' ? Math.round(value * 1e12) / 1e12 : value);

// A published derivation never changes: these rows may be added to and never edited.
const PUBLISHED: [name: string, value: number | null, changed?: object][] = [
  ['as-of-month@1', 1, { asOf: at('2026-01-01T00:00:00Z') }],
  ['as-of-month@1', 2, { asOf: at('2026-02-28T23:59:59Z') }],
  ['as-of-month@1', 12, { asOf: at('2026-12-31T23:59:59Z') }],
  ['as-of-weekday@1', 1, { asOf: at('2026-11-16T00:00:00Z') }],
  ['as-of-weekday@1', 6, { asOf: at('2026-11-21T12:00:00Z') }],
  ['as-of-weekday@1', 7, { asOf: at('2026-11-22T23:59:59Z') }],
  ['season-sine@1', 0, { asOf: at('2026-01-01') }],
  ['season-cosine@1', 1, { asOf: at('2026-01-01') }],
  ['season-cosine@1', -1, { asOf: at('2026-07-02T12:00:00Z') }],
  ['season-sine@1', 0.538005, { asOf: at('2026-02-03') }],
  ['planned-days@1', 12.5],
  ['planned-days@1', 10, { asOf: at('2026-01-19') }],
  ['planned-working-days@1', 8],
  ['days-since-start@1', 6],
  ['days-since-start@1', -3, { activity: 'roof', asOf: at('2026-04-28') }],
  ['days-to-due@1', 6.5],
  ['days-to-due@1', -6, { activity: 'steps' }],
  ['elapsed-share@1', 0.48],
  ['elapsed-share@1', 10, { asOf: at('2027-02-03') }],
  ['due-month@1', 2],
  ['due-month@1', 6, { activity: 'roof' }],
  ['replans-so-far@1', 1],
  ['replans-so-far@1', 0, { asOf: at('2026-01-19') }],
  ['days-slipped-in-plans@1', 4.5],
  ['reported-percent@1', 25],
  ['reported-percent@1', 10, { asOf: at('2026-01-31') }],
  ['reported-percent@1', null, { asOf: at('2026-01-29') }],
  ['progress-gap@1', 23],
  ['progress-gap@1', 75, { asOf: at('2026-03-03') }],
  ['days-since-last-report@1', 2],
  ['start-delay-days@1', 3],
  ['delay-causes-so-far@1', 2],
  ['delay-causes-so-far@1', 1, { asOf: at('2026-01-31') }],
  ['site-late-rate@1', 3 / 5],
  ['site-late-rate@1', 2 / 4, { asOf: at('2026-01-22') }],
  // An outcome counts strictly after it was known.
  ['site-late-rate@1', 2 / 3, { asOf: at('2026-01-20') }],
  ['site-late-rate@1', null, { asOf: at('2026-01-14') }],
  // The activity that is asked about does not count itself.
  ['site-late-rate@1', 2 / 4, { activity: 'pit' }],
  ['site-last-late-rate@1', 3 / 5],
  ['site-finished@1', 3],
  ['site-finished@1', 0, { asOf: at('2026-01-10') }],
  ['trade-late-rate@1', (1 + 5 * (3 / 5)) / 7],
  ['trade-late-rate@1', 3 / 5, { values: { trade: 'never seen' } }],
  ['trade-late-rate@1', null, { values: {} }],
  ['trade-late-rate@1:phase', (1 + 5 * (3 / 5)) / 6, { values: { phase: 'ground' } }],
  ['trade-finished@1', 2],
  ['trade-finished@1:phase', 1, { values: { phase: 'ground' } }],
  ['open-activities@1', 2],
  ['open-activities@1', 2, { activity: 'drain' }],
  ['open-activities-of-trade@1', 1],
  ['overdue-activities@1', 1],
  ['overdue-activities@1', 0, { asOf: at('2026-01-27') }],
  ['total-float-days@1', 4.5],
  ['total-float-days@1', null, { activity: 'roof' }],
  ['is-critical@1', 0],
  ['nearest-milestone-float-days@1', 4.5],
  ['predecessors-late@1', 2],
  ['predecessors-late@1', 1, { asOf: at('2026-01-27') }],
];

/** The rows of the table in the docs; whoever adds a derivation copies what this test prints. */
const ROWS = Object.entries(DERIVATIONS).map(([id, { unit, range, needs, ofKind, seasonal, about, missing }]) => {
  const marks = [...(ofKind ? [' Kind: `trade`, or `:column`.'] : []), ...(seasonal ? [' Seasonal.'] : [])];
  const [low, high] = range.map((bound) => bound.toLocaleString('en').replaceAll(',', ' ').replace('-', '−'));
  return [`\`${id}\``, needs, unit ?? '', `${low} … ${high}`, `${about}${marks.join('')}`, missing];
});

describe('the table of docs/features.md', () => {
  it('says what the catalogue says', async () => {
    const page = await readFile(new URL('../../../docs/features.md', import.meta.url), 'utf8');
    const cells = page.split('\n').filter((line) => line.startsWith('| `'));
    const rows = cells.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(rows).toEqual(ROWS);
  });
});

describe('a derived feature', () => {
  it.each(PUBLISHED)('%s is %d', (name, value, changed) => {
    expect(rounded(valueOf(name, changed))).toBe(rounded(value));
  });

  it('stands in the table above, whichever it is', () => {
    expect([...new Set(PUBLISHED.map(([name]) => name.split(':')[0]))].toSorted()).toEqual(
      Object.keys(DERIVATIONS).toSorted(),
    );
  });

  it.each(Object.entries(DERIVATIONS))('%s has a name with a version, and says what it is', (id, one) => {
    expect(id).toMatch(/^[a-z][a-z0-9-]*@\d+$/);
    expect(one.range[0]).toBeLessThan(one.range[1]);
    expect(one.about).toMatch(/^[A-Z1].*\.$/);
    expect(one.missing).not.toMatch(/\.$/);
  });

  it.each(Object.entries(DERIVATIONS))('%s is missing where nobody keeps a log, but for the calendar', (id, one) => {
    expect(valueOf(id, {}, 'none') === null).toBe(one.needs !== 'nothing');
    expect(valueOf(id, {}, createHistory()) === null).toBe(one.needs !== 'nothing');
    expect(valueOf(id, { asOf: at('2025-12-31') }) === null).toBe(one.needs !== 'nothing');
    expect(valueOf(id, { activity: 'nobody' }) === null).toBe(!['nothing', 'site'].includes(one.needs));
  });

  it.each(['', 'planned-days', 'planned-days@2', 'planned-days@1:trade', 'trade-late-rate@1:', 'constructor'])(
    'is not written %j',
    (name) => {
      expect(parseDerived(name)).toBeUndefined();
    },
  );

  it.each(['planned-days@1', 'trade-late-rate@1', 'trade-late-rate@1:a:b'])('is written %s both ways', (name) => {
    expect(derivedName(parseDerived(name)!)).toBe(name);
  });
});
