import type { DetectorName } from '../../shared/src/drift/index.ts';
import { jump, meanRunLength, measureDelays, sea, type ErrorStream } from './drift/delays.ts';
import { evidenceBytes } from './drift/evidence-bytes.ts';
import { alarmsOnErrors, alarmsOnValues, readStream } from './drift/real-streams.ts';
import { foundShare, KINDS, wrongWindows } from './drift/small-fleets.ts';
import { countFalseAlarms, SIZES } from './drift/stable.ts';
import { loneFigure, type LoneFigure } from './measure/figure.ts';

const WINDOWS = 10_000;
const STREAMS = 300;
const RUN_LENGTH = 2_000;
/** Windows of small fleets; `npm run soak -- drift-fleets` has 2,000. */
const FEW_WINDOWS = 100;
const SEQUENTIAL: readonly DetectorName[] = ['hddm-a', 'page-hinkley', 'adwin', 'e-detector'];

/** Delays in rows and false alarms per 1,000 rows as FACTS has them: measured by others, on streams of their own. */
const KNOWN: Record<'jump' | 'sea', Partial<Record<DetectorName, string>>> = {
  jump: { 'hddm-a': '106 / 0.03', 'page-hinkley': '109 / 0.05', adwin: '306 / 0' },
  sea: { 'hddm-a': '315', 'page-hinkley': '167', adwin: '507' },
};

/**
 * Whether the budget of false alarms holds where nothing changed, beside two rules in common use; how soon detectors find a
 * change; and what they say of two real streams. Everything is seeded: a second run prints the same.
 */
export async function* drift(): AsyncGenerator<LoneFigure> {
  for (const size of SIZES) {
    const { ours, byP, psi, evidently } = countFalseAlarms(size, WINDOWS, size);
    const percent = (count: number) => `${((100 * count) / WINDOWS).toFixed(2)} %`;
    yield loneFigure({
      name: `false alarms, windows of ${size.toLocaleString('en')}`,
      unit: '%',
      ours: (100 * ours) / WINDOWS,
      reason: `by p alone ${percent(byP)}, PSI > 0.1 ${percent(psi)}, Evidently's defaults (re-implemented) ${percent(evidently)}`,
      budget: { rule: 'at most', limit: 0.1 },
    });
  }
  yield* smallFleets();
  yield* delaysOn('error 0.1 → 0.3', jump, KNOWN.jump);
  yield* delaysOn('SEA 3 → 4', sea, KNOWN.sea);
  yield* runLengths();
  yield* onRealStreams();
  yield* evidenceBytes();
}

/** Six sites against their own past: what is found wrongly, and which changes are found. */
function* smallFleets(): Generator<LoneFigure> {
  for (const rows of [20, 100]) {
    for (const { name, kind } of KINDS) {
      const of = { sites: 6, rows, kind };
      const [, wrong] = wrongWindows(of, FEW_WINDOWS, 3);
      const found = [0.3, 0.5, 0.8].map((w) => `w ${w} in ${(100 * foundShare(of, w, FEW_WINDOWS, 3)).toFixed(0)} %`);
      yield loneFigure({
        name: `six sites, ${rows} rows each in four weeks, ${name}`,
        unit: '%',
        ours: (100 * (wrong?.alarms ?? 0)) / FEW_WINDOWS,
        reason: `of unchanged windows at 0.1 %; found: ${found.join(', ')}`,
        budget: { rule: 'at most', limit: 1 },
      });
    }
  }
}

function* delaysOn(
  what: string,
  stream: ErrorStream,
  known: Partial<Record<DetectorName, string>>,
): Generator<LoneFigure> {
  for (const name of SEQUENTIAL) {
    const { delay, missed, falsePerThousand } = measureDelays(name, stream, STREAMS);
    const beside = known[name] === undefined ? 'not in FACTS' : `FACTS ${known[name]}`;
    const said = `rows; ${falsePerThousand.toFixed(4)} false per 1,000 rows, ${(100 * missed).toFixed(1)} % missed; ${beside}`;
    yield { name: `delay, ${what}, ${name}`, unit: '', ours: delay, reason: said };
  }
}

function* runLengths(): Generator<LoneFigure> {
  for (const [what, options] of [
    ['known', { runLength: RUN_LENGTH, baseRate: 0.1 }],
    ['estimated', { runLength: RUN_LENGTH }],
  ] as const) {
    yield loneFigure({
      name: `e-detector, looks until it is wrong, base ${what}`,
      unit: '',
      ours: meanRunLength(options, 0.1, STREAMS),
      reason: `mean of ${STREAMS} streams of error rate 0.1`,
      budget: { rule: 'at least', limit: RUN_LENGTH },
    });
  }
}

function* onRealStreams(): Generator<LoneFigure> {
  for (const [what, file] of [
    ['SEA (no drift)', 'sea/sea_stream.csv'],
    ['elec2', 'elec2/elec.csv'],
  ] as const) {
    const stream = readStream(file);
    if (stream === undefined) {
      yield { name: what, unit: '', ours: Number.NaN, reason: 'no shared streams, set PLUMBLINE_SHARED' };
      continue;
    }
    const budget = what === 'elec2' ? {} : ({ budget: { rule: 'at most', limit: 0 } } as const);
    const { windows, alarms } = alarmsOnValues(stream);
    yield loneFigure({
      name: `${what}, windows of values that alarm`,
      unit: '',
      ours: alarms,
      reason: `of ${windows}`,
      ...budget,
    });
    for (const name of SEQUENTIAL) {
      const { rows, errorRate, alarms: found } = alarmsOnErrors(stream, name);
      const reason = `on ${rows} rows after a stump learned from 5,000, error ${errorRate.toFixed(3)}`;
      yield loneFigure({ name: `${what}, alarms of ${name}`, unit: '', ours: found.length, reason, ...budget });
    }
  }
}
