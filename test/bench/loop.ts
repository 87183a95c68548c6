import { generateDataset } from '../../fleet-server/src/entry/demo/generator/index.ts';
import { openDataset, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { clusterRows, pairedDifference, rocAuc, brier } from '../../fleet-server/src/learning/training/index.ts';
import { playLoop, type Played } from '../learning/loop/play.ts';
import { sharedData } from '../learning/shared-data.ts';
import { shuffleTimes } from '../learning/shuffle.ts';
import { loneFigure, type LoneFigure } from './measure/figure.ts';

const FROM = Date.UTC(2021, 0, 1);
const GRID = { logistic: [{ c: 0.1 }], boosting: [{ trees: 60, rate: 0.05, leaves: 4, minRows: 50 }] };
const SNAPSHOTS = [
  ['snapshot-2024-10.csv', Date.UTC(2024, 6, 1)],
  ['snapshot-2026-01.csv', Date.UTC(2025, 9, 1)],
] as const;
const LEAST_ROWS = 100;
const SHUFFLES = [1, 2, 3];

/**
 * The loop left alone for years on real data, and on made-up ones whose world changes at a known time, beside a model that is
 * never trained again and one that is every year: when it opened a turn and on what, what came of it, and AUC and Brier by
 * year of the planned end. Then the same rows with their times dealt anew, under the same policy. Seeded: a second run is
 * the same.
 */
export async function* loop(): AsyncGenerator<LoneFigure> {
  const { absent, pathOf } = sharedData();
  if (absent !== undefined) yield { name: 'nyc-sca', unit: '', ours: Number.NaN, reason: absent };
  for (const [file, to] of absent === undefined ? SNAPSHOTS : []) {
    yield* onRows(file, await openDataset([`${pathOf('nyc-sca')}/${file}`]), to);
  }
  yield* onRows('generated', generateDataset({ seed: 7, sites: 8 }), Date.UTC(2025, 9, 1));
}

async function* onRows(file: string, dataset: Dataset, to: number): AsyncGenerator<LoneFigure> {
  yield* told(file, dataset, await play(dataset, to));
  for (const seed of SHUFFLES) {
    const quiet = await play(shuffleTimes(dataset, seed), to, true);
    // Gaps between slices are there without a change, and faults of the data open nothing.
    const drift = quiet.findings.filter(({ kind }) => kind !== 'fairness' && kind !== 'quality');
    const kinds = [...Map.groupBy(quiet.findings, ({ kind }) => kind)].map(([kind, own]) => `${own.length} ${kind}`);
    const reason = `${quiet.turns.length} turns; findings: ${kinds.length === 0 ? 'none' : kinds.join(', ')}`;
    const name = `${file}, rows shuffled over time (${seed})`;
    const none = { rule: 'at most', limit: 0 } as const;
    yield loneFigure({ name: `${name}, retrainings`, unit: '', ours: quiet.released.length - 1, reason, budget: none });
    yield loneFigure({ name: `${name}, findings of drift`, unit: '', ours: drift.length, reason, budget: none });
  }
}

/** As an operator writes it who names causes and leaves the rest as it is. */
function play(dataset: Dataset, to: number, withoutYearly = false): Promise<Played> {
  return playLoop(dataset, {
    from: FROM,
    to,
    withoutYearly,
    training: { seed: 1, grid: GRID, workers: 0 },
    policy: {
      mode: 'release',
      on: {
        drift: { kinds: ['covariate', 'score', 'label', 'concept', 'sequence'] },
        loss: { estimated: true, realised: true },
      },
      search: { grid: GRID, workers: 0 },
    },
  });
}

function* told(
  file: string,
  { split }: Dataset,
  { rows, findings, turns, released, years }: Played,
): Generator<LoneFigure> {
  for (const [version, own] of Map.groupBy(findings, (one) => one.version)) {
    const firsts = [...Map.groupBy(own, ({ kind }) => kind)].map(([kind, [first]]) => `${kind} by ${dayOf(first!.to)}`);
    const reason = `first found: ${firsts.join(', ')}`;
    yield { name: `${file}, findings on ${version}`, unit: '', ours: own.length, reason };
  }
  for (const { openedAt, cause, state, sentence, says } of turns) {
    const name = `${file}, turn of ${dayOf(openedAt)}`;
    yield { name, unit: '', ours: Number.NaN, reason: `${cause}, ${state}: ${sentence}; ${says}` };
  }
  yield loneFigure({
    name: `${file}, retrainings`,
    unit: '',
    ours: released.length - 1,
    reason: `beside ${years} of the yearly arm`,
    budget: { rule: 'at most', limit: years },
  });
  const byYear = Map.groupBy(rows, ({ example }) => new Date(example.dueAt).getUTCFullYear());
  for (const [year, own] of [...byYear].toSorted(([a], [b]) => a - b)) {
    if (own.length < LEAST_ROWS) continue;
    const examples = own.map(({ example }) => example);
    const labels = Uint8Array.from(examples, ({ label }) => label);
    const clusters = clusterRows({ examples }, Int32Array.from(own.keys()), split);
    const of = (arm: 'frozen' | 'yearly' | 'loop') => Float64Array.from(own, (row) => row[arm]);
    for (const metric of ['auc', 'brier'] as const) {
      const figure = metric === 'auc' ? rocAuc : brier;
      const paired = pairedDifference(labels, of('loop'), of('yearly'), { metric, seed: 1, clusters });
      const [frozen, yearly] = (['frozen', 'yearly'] as const).map((arm) => figure(labels, of(arm)).toFixed(4));
      const against = `${paired.difference.toFixed(4)} (${paired.low.toFixed(4)} … ${paired.high.toFixed(4)}) to yearly`;
      const limit = Number(yearly) + (metric === 'auc' ? -0.01 : 0.01);
      yield loneFigure({
        name: `${file}, ${year}, ${metric === 'auc' ? 'AUC' : 'Brier'} of the loop`,
        unit: '',
        ours: figure(labels, of('loop')),
        reason: `${own.length} rows, frozen ${frozen}, yearly ${yearly}, ${against}`,
        budget: { rule: metric === 'auc' ? 'at least' : 'at most', limit },
      });
    }
  }
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
