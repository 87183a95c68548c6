import { binsOf, emptyWindow, observe, type Finding, type Reference } from '../../../shared/src/drift/index.ts';
import { judgePeriod } from '../../../fleet-server/src/insight/drift/judge/judge-period.ts';
import { sumByDevice, type DeviceDay } from '../../../fleet-server/src/insight/drift/merge/device-days.ts';
import { countSlices } from '../../../fleet-server/src/insight/drift/realised/count-outcomes.ts';
import { dayOf, joinCohorts } from '../../../fleet-server/src/insight/drift/realised/due-cohort.ts';
import { judgeCohort, type Calibrated } from '../../../fleet-server/src/insight/drift/realised/judge-cohort.ts';
import { watchErrors, type ErrorStates } from '../../../fleet-server/src/insight/drift/realised/watch-errors.ts';
import type { Matured } from '../../../fleet-server/src/insight/telemetry/index.ts';
import type { Example } from '../../../fleet-server/src/learning/datasets/index.ts';

export interface Scored {
  example: Example;
  score: number;
}

/** Looks at one version from its release on. Times in ms. */
export interface Watch {
  /** What started in [from, to). */
  inputs(from: number, to: number, started: readonly Scored[]): Finding[];
  /** What fell due since the release, with everything that is known before `now`. */
  outcomes(now: number, due: readonly Scored[]): Finding[];
}

/** As the server's own: fewer predictions are no period. */
const MINIMUM_COUNT = 150;

/**
 * The looks of the server, by its own judges, over rows that no device sent: one device for each site, which counts by the
 * day. Sparse periods are joined until they hold enough; outcomes are judged by cohorts of due dates.
 */
export function watchVersion(of: { line: string; version: string }, reference: Reference, releasedAt: number): Watch {
  const [bins, archive] = [binsOf(reference), 'ab'.repeat(32)];
  const history: DeviceDay[] = [];
  const calm: DeviceDay[] = [];
  let waiting: { from: number; days: DeviceDay[] } | undefined;
  let judgedTo = dayOf(releasedAt);
  let states: ErrorStates = {};
  /** What fell due before and was no worse than it should be. */
  const fallen: Matured[] = [];
  let slices: ReturnType<typeof countSlices> | undefined;

  return {
    inputs(from, to, started) {
      const before: Record<string, Record<string, number>> = {};
      const days = new Map<string, DeviceDay>();
      for (const { example, score } of started.toSorted((a, b) => a.example.startAt - b.example.startAt)) {
        const { site, startAt, values } = example;
        const fromAt = dayOf(startAt);
        const window = emptyWindow(of.line, archive, bins, fromAt, fromAt + DAY_MS);
        const day = { device: site, site, fromAt, toAt: fromAt + DAY_MS, quarantined: false, window };
        const own = days.get(`${site} ${fromAt}`) ?? day;
        const known = (before[site] ??= {});
        observe(own.window, bins, values, score, 'chance', { before: known, support: reference.support });
        for (const [name, value] of Object.entries(values)) if (typeof value === 'number') known[name] = value;
        days.set(`${site} ${fromAt}`, own);
      }
      waiting = { from: waiting?.from ?? from, days: [...(waiting?.days ?? []), ...days.values()] };
      const period = { ...of, from: waiting.from, to, reference, days: waiting.days };
      const devices = sumByDevice(waiting.days);
      if (devices.reduce((all, { window }) => all + window.count, 0) < MINIMUM_COUNT) return [];
      const since = (kept: readonly DeviceDay[], count: number) =>
        kept.filter(({ fromAt }) => fromAt >= period.from - count * DAY_MS);
      const [lately, past] = [since(history, 90), since(calm, 365)];
      const { findings } = judgePeriod({ ...period, devices, history: lately, past, belongings: new Map() });
      const alarms = findings.filter(({ alarm }) => alarm);
      history.push(...waiting.days);
      // A period in which something was found is no past to hold another against.
      if (alarms.length === 0) calm.push(...waiting.days);
      waiting = undefined;
      return alarms;
    },

    outcomes(now, due) {
      if (reference.calibration === undefined) return [];
      const calibrated = reference as Calibrated;
      const own = due.filter(({ example }) => example.dueAt >= judgedTo && example.dueAt < now);
      const matured = own
        .filter(({ example }) => example.knownAt < now)
        .map((one) => maturedOf(one, of.version, archive));
      const open = own.filter(({ example }) => example.knownAt >= now).map(({ example }) => example);
      return joinCohorts(matured, open, judgedTo, now).flatMap((cohort) => {
        judgedTo = cohort.to;
        slices = countSlices(reference, cohort.matured, calibrated.calibration.threshold, slices);
        const watched = watchErrors(of, calibrated, cohort, states);
        ({ states } = watched);
        const found = judgeCohort(of, calibrated, cohort, slices, fallen).filter(({ alarm }) => alarm);
        if (!found.some(({ kind }) => kind === 'realised')) fallen.push(...cohort.matured);
        return [...found, ...watched.findings.filter(({ alarm }) => alarm)];
      });
    },
  };
}

const DAY_MS = 86_400_000;

function maturedOf({ example, score }: Scored, version: string, sha256: string): Matured {
  const { ref: activity, site, startAt: asOf, label, dueAt, values } = example;
  return { device: site, site, version, sha256, activity, asOf, score, label, dueAt, values };
}
