import { describe, expect, it } from 'vitest';
import { newLine } from '../../update/model.ts';
import { describeStatus, shownState, type Status } from './describe-status.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;
const report = { records: 200, agreement: 0.985, meanShift: -0.0123, maxShift: 0.2, latencyRatio: 1.1 };

const status = (over: Partial<Status> = {}): Status => ({
  ...shownState.parse({
    identity: { site: 'north', device: 'gw-1' },
    lines: [],
    trust: { documents: [], development: false, clockSuspect: false },
  }),
  running: true,
  url: 'http://127.0.0.1:7420',
  ...over,
});

describe('the status of a gateway, for a person', () => {
  it.each<[string, Partial<Status>, RegExp]>([
    ['who it is', { running: false }, /^north\/gw-1: not running$/m],
    ['that it is connected', { connected: true }, /running on http:\/\/127\.0\.0\.1:7420, connected$/m],
    ['when the server was heard last', { lastContactAt: NOW - 5 * HOUR_MS }, /not connected, last heard 5 hours ago/],
    [
      'what waits and since when, by class',
      {
        outbox: {
          entries: { waiting: 2, oldestMs: 3 * 24 * HOUR_MS },
          reports: { waiting: 1 },
          evidence: { waiting: 0 },
        },
      },
      /^3 rows wait for the server: 2 entries, the oldest 3 days old; 1 reports$/m,
    ],
    [
      'what the link carried this month',
      { link: { monthFrom: Date.UTC(2026, 10), upBytes: 2 ** 20, downBytes: 3 * 2 ** 20, limitBytes: 250 * 2 ** 20 } },
      /^link in 2026-11: 4\.0 MB of 250\.0 MB \(up 1\.0 MB, down 3\.0 MB\)$/m,
    ],
    [
      'who put installs off',
      { deferral: { until: NOW + HOUR_MS, actor: 'ana' } },
      /wait until 2026-11-21 13:00 UTC, said ana/,
    ],
    [
      'why an install waits, and until when',
      { lines: [{ ...newLine('delay'), state: 'deferred', detail: 'in 40 minutes', deferredUntil: NOW + HOUR_MS }] },
      /^delay waits until 2026-11-21 13:00 UTC: in 40 minutes$/m,
    ],
    [
      'what the shadow run measured',
      { lines: [{ ...newLine('delay'), shadow: { of: 'a', against: 'b', report } }] },
      /^delay in shadow: 200 records, 98\.5 % agree, mean score −0\.0123, time 1\.10 × the model in force$/m,
    ],
  ])('says %s', (_, over, line) => expect(describeStatus(status(over), NOW)).toMatch(line));

  it('passes what it does not show on to programs', () => {
    expect(shownState.parse({ ...status(), siteCursor: 7 })).toMatchObject({ siteCursor: 7 });
  });
});
