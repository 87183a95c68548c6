import type { ActivityRisk, LineView, Said, SiteView } from '../../worker/types.ts';

const DAY_MS = 86_400_000;
const NOON = new Date(2026, 4, 6, 12).getTime();

/** A Wednesday at noon, in the zone of whoever looks. */
export const NOW = NOON;
export const inDays = (days: number) => NOON + days * DAY_MS;

export function said(line: string, score: number): Said {
  const first = { asOf: 0, at: 0, score, counted: true, selected: score > 0.5, slices: [] };
  const sha256 = 'a'.repeat(64);
  return { line, activity: 'a', sha256, version: '1.0.0', at: NOON, asOf: NOON, score, label: 'late', first };
}

export function activity(name: string, more: Partial<ActivityRisk> = {}): ActivityRisk {
  return {
    activity: name,
    plan: { startAt: inDays(-1), dueAt: inDays(3), values: {} },
    outcome: undefined,
    progress: undefined,
    notes: [],
    feedback: [],
    standing: {},
    conflicts: [],
    predictions: [],
    ...more,
  };
}

export function lineView(line: string, verdict: LineView['skill']['verdict']): LineView {
  const record = { marked: 0, slipped: 0, unmarked: 0, unmarkedSlipped: 0 };
  return { line, state: 'committed', record, skill: { verdict, because: '' } };
}

export function viewOf(lines: LineView[], activities: ActivityRisk[]): SiteView {
  return {
    v: 1,
    at: NOON,
    site: 'north',
    device: 'tablet-1',
    server: 'https://fleet.test',
    connected: true,
    lines,
    activities,
    unsent: { entries: 0, photos: 0 },
    storage: { needsInstall: false, installed: false },
    trust: {},
    problems: [],
    app: { version: '0.1.0' },
  };
}
