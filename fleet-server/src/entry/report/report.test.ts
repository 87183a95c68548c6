import {
  buildReference,
  emptyWindow,
  observe,
  observeOutcome,
  type FeatureBins,
  type Finding,
} from '@plumbline/shared/drift';
import { packArchive } from '@plumbline/shared/manifest';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, driftDays, driftFindings } from '../../platform/db/index.ts';
import { createVirtualClock } from '@plumbline/shared/testing';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import type { Counted } from './figures.ts';
import { assemble, gatherDrift } from './gather.ts';
import { driftHtml } from './html.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const evil = '</text><script>alert(1)</script>';
const bins: FeatureBins[] = [
  { type: 'category', name: 'trade', levels: ['concrete', evil] },
  { type: 'number', name: 'crew', edges: [2, 4] },
];
const rows = Array.from({ length: 400 }, (_, at) => ({ trade: at % 4 === 0 ? evil : 'concrete', crew: at % 6 }));
const half = Array.from({ length: 20 }, (_, bin) => (bin >= 4 && bin < 16 ? 40 : 0));
const reference = {
  ...buildReference(
    bins,
    rows,
    rows.map((_, at) => 0.225 + (at % 12) / 20),
    0.5,
  ),
  calibration: { basis: 'out-of-fold' as const, negative: half, positive: half, clusters: 6, threshold: 0.5 },
  expected: { brier: 0.25, auc: 0.5, accuracy: 0.5, rows: 960 },
};

/** Six sites a day; each predicts ten times, every other one is late. */
const counted = (days: number): Counted[] =>
  Array.from({ length: days * 6 }, (_, at) => {
    const [day, site] = [Math.floor(at / 6), at % 6];
    const from = START + day * DAY_MS;
    const window = emptyWindow('delay@1.0.0', `sha-${site % 2}`, bins, from, from + DAY_MS);
    for (let row = 0; row < 10; row += 1) {
      const score = 0.225 + ((row + site + day) % 12) / 20;
      observe(window, bins, { trade: 'concrete', crew: row % 6 }, score);
      if (day < days - 1) observeOutcome(window, score, row % 2 === 0 ? 1 : 0);
    }
    return { device: `gw-${site}`, site: `site-${site}`, from, to: from + DAY_MS, window };
  });

const finding = (more: Partial<Finding>): Finding => ({
  id: 'f1',
  kind: 'covariate',
  line: 'delay',
  version: '1.0.0',
  scope: { of: 'fleet', id: 'fleet' },
  from: START,
  to: START + DAY_MS,
  since: { at: START + 3 * DAY_MS, low: START + 2 * DAY_MS, high: START + 4 * DAY_MS },
  subject: 'trade',
  alarm: true,
  statistic: 88.123,
  threshold: 10.83,
  p: 0.00000012,
  effect: 0.58,
  n: 600,
  devices: 6,
  sites: 6,
  tests: [{ name: 'psi', statistic: 0.33, threshold: 0.1 }],
  sure: 'chance of it if nothing had changed: 1e-7',
  sentence: 'trade lies elsewhere & more',
  todo: 'look at the source',
  shares: [{ site: 'site-1', share: 0.75 }],
  ...more,
});
const quiet = finding({ id: 'f2', alarm: false, subject: 'crew', sentence: 'crew lies where it lay', shares: [] });
const all = { line: 'delay', version: '1.0.0', now: START + 9 * DAY_MS, reference, quarantined: 1 };
const material = assemble({ ...all, counted: counted(8), findings: [finding({}), quiet] });

describe('the material of a report', () => {
  it('counts predictions, outcomes, devices and sites by period', () => {
    expect(material.periods).toHaveLength(8);
    expect(material.periods[0]).toMatchObject({ predictions: 60, outcomes: 60, late: 30, devices: 6, sites: 6 });
    expect(material.periods[7]).toMatchObject({ predictions: 60, outcomes: 0, realised: null });
  });

  it('estimates before outcomes, and realises after, with intervals that hold the truth', () => {
    const { estimated, realised } = material.periods[2]!;
    for (const figure of [estimated!.accuracy, realised!.accuracy]) {
      expect(figure.low).toBeLessThanOrEqual(0.5);
      expect(figure.high).toBeGreaterThanOrEqual(0.5);
    }
    expect(material.periods[7]!.estimated).not.toBeNull();
  });

  it('holds the newest seven periods against the reference', () => {
    expect(material.now).toEqual({ from: START + DAY_MS, to: START + 8 * DAY_MS, predictions: 420 });
    const [trade] = material.features;
    expect(trade).toMatchObject({ name: 'trade', bins: ['concrete', evil, '(missing)', '(unseen)'] });
    expect([trade!.reference, trade!.now]).toEqual([
      [300, 100, 0, 0],
      [420, 0, 0, 0],
    ]);
    expect(material.sites[0]).toEqual({ site: 'site-0', devices: 1, predictions: 70, outcomes: 60, late: 30 });
  });

  it('folds what would be too many points, and loses none of it', () => {
    const long = assemble({ ...all, counted: counted(61), findings: [] });
    expect(long.periods.length).toBeLessThanOrEqual(60);
    expect(long.periods.reduce((sum, { predictions }) => sum + predictions, 0)).toBe(61 * 60);
  });

  it('of a model of days has no figures of chances', () => {
    const days = { ...reference, scoreEdges: [1, 2, 3], calibration: undefined, expected: undefined };
    const made = assemble({ ...all, reference: days, counted: counted(2), findings: [] });
    expect(made.periods.map(({ estimated, realised }) => [estimated, realised])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(made.score?.bins).toHaveLength(4);
  });
});

const day = (n: number, sentence: string, more: Partial<Finding> = {}) =>
  finding({ id: `f${n}`, from: START + n * DAY_MS, to: START + (n + 1) * DAY_MS, sentence, ...more });

describe('the page', () => {
  let html: string;
  beforeAll(async () => {
    html = await driftHtml(material);
  });

  it('says each alarm in a sentence with where, since, how sure, what to do, and its numbers', () => {
    expect(html).toContain('trade lies elsewhere &amp; more');
    for (const said of [
      'the fleet: 6 devices at 6 sites',
      '2026-01-04, likely between 2026-01-03 and 2026-01-05',
      'chance of it if nothing had changed: 1e-7',
      'look at the source',
      'statistic 88.1, threshold 10.8, p 1.2e-7, effect 0.58, n 600',
      'psi 0.33 of 0.1',
      'site-1 75 %',
      '>1 alarm<',
      'crew lies where it lay',
      '1 window in quarantine',
    ]) {
      expect(html).toContain(said);
    }
  });

  it('tells a change that lasts once, with how long, and what the last look said of it', async () => {
    const device = { scope: { of: 'device' as const, id: 'gw-1' }, devices: 1, sites: 1 };
    const found = [day(4, 'the last word'), day(2, 'an earlier word'), day(3, 'of one device', device)];
    const page = await driftHtml({ ...material, findings: found });
    for (const said of ['>2 alarms<', 'the last word', 'in 2 periods; numbers', 'device gw-1: 1 device at 1 site<']) {
      expect(page).toContain(said);
    }
    expect(page).toContain('2026-01-03 to 2026-01-06');
    expect(page).not.toContain('an earlier word');
  });

  it('has pictures of windows, performance, score, features and sites, the alarmed feature first', () => {
    const titles = [...html.matchAll(/<svg role="img" [^>]*><title>([^<:]*)/g)].map(([, title]) => title);
    expect(titles).toEqual([
      '480 predictions of delay@1.0.0 in 8 periods',
      'Brier score',
      'AUC',
      'Accuracy',
      '(score)',
      'trade',
      'crew',
      'Predictions by site',
    ]);
  });

  it('is one file: no script, nothing from elsewhere, whatever names say', async () => {
    const named = finding({ sentence: evil, subject: evil, shares: [{ site: evil, share: 1 }], todo: `"${evil}` });
    const sites = [{ site: evil, devices: 1, predictions: 1, outcomes: 0, late: 0 }, ...material.sites];
    const page = await driftHtml({ ...material, line: evil, findings: [named], sites });
    expect(page).not.toMatch(/<script/i);
    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|src=|href=|url\((?!#)/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('of a bundle without reference says so', async () => {
    const none = assemble({ ...all, reference: undefined, counted: counted(1), findings: [] });
    const page = await driftHtml(none);
    expect(page).toContain('nothing can be compared');
    expect(page).toContain('No alarm');
  });
});

const row = ({ device, site, from, to, window }: Counted, version: string, quarantined = 0) => ({
  device,
  site,
  line: 'delay',
  version,
  sha256: window.sha256,
  fromAt: from,
  toAt: to,
  count: window.count,
  windows: 1,
  quarantined,
  body: JSON.stringify(window),
  takenAt: from,
  countedAt: from,
});

describe('gathering', () => {
  it('takes the version that counted last, and leaves quarantined windows out', async () => {
    const clock = createVirtualClock(START + 9 * DAY_MS);
    const database = await openDatabase({ url: 'sqlite::memory:', clock });
    const one = finding({});
    await database.transaction(async (tx) => {
      const days = counted(3);
      await tx
        .insert(driftDays)
        .values([
          ...days.slice(0, 6).map((each) => row(each, '0.9.0')),
          ...days.slice(6, 17).map((each) => row(each, '1.0.0')),
          row(days[17]!, '1.0.0', 1),
        ]);
      await tx.insert(driftFindings).values({
        id: one.id,
        subject: 'model:delay@1.0.0/covariate:trade',
        kind: one.kind,
        line: 'delay',
        version: '1.0.0',
        scope: 'fleet',
        scopeId: 'fleet',
        fromAt: one.from,
        toAt: one.to,
        alarm: 1,
        standing: 1,
        begunAt: one.from,
        body: JSON.stringify(one),
        judgedAt: one.to,
      });
    });
    const archive = packArchive({
      'reference.json': new TextEncoder().encode(JSON.stringify(reference)),
    });
    const artifacts = { get: async () => archive } as unknown as ArtifactStore;
    const deps = { db: database.db, artifacts, now: clock.now() };
    const made = await gatherDrift(deps, { line: 'delay', days: 30 });
    expect([made.version, made.quarantined, made.now.predictions]).toEqual(['1.0.0', 1, 110]);
    expect(made.findings).toEqual([one]);
    expect(made.reference?.rows).toBe(400);
    expect((await gatherDrift(deps, { line: 'delay', version: '0.9.0', days: 30 })).findings).toEqual([]);
    await expect(gatherDrift(deps, { line: 'delay', version: '2.0.0', days: 30 })).rejects.toMatchObject({
      code: 'nothing_counted',
      field: 'model',
    });
    await expect(gatherDrift(deps, { line: 'other', days: 30 })).rejects.toMatchObject({ code: 'nothing_counted' });
    await database.close();
  });
});
