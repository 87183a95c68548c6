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

/**
 * The loop left alone for years on real data, beside a model that is never trained again and one that is every year: when it
 * opened a turn and on what, what came of it, and AUC and Brier by year of the planned end. Seeded: a second run is the same.
 */
export async function* loop(): AsyncGenerator<LoneFigure> {
  const { absent, pathOf } = sharedData();
  if (absent !== undefined) {
    yield { name: 'nyc-sca', unit: '', ours: Number.NaN, reason: absent };
    return;
  }
  for (const [file, to] of SNAPSHOTS) {
    const dataset = await openDataset([`${pathOf('nyc-sca')}/${file}`]);
    yield* told(file, dataset, await play(dataset, to));
    const quiet = await play(shuffleTimes(dataset, 1), to, true);
    const reason = `${quiet.turns.length} turns, ${quiet.findings.length} findings`;
    yield loneFigure({
      name: `${file}, rows shuffled over time, retrainings`,
      unit: '',
      ours: quiet.released.length - 1,
      reason,
      budget: { rule: 'at most', limit: 0 },
    });
  }
}

function play(dataset: Dataset, to: number, withoutYearly = false): Promise<Played> {
  return playLoop(dataset, {
    from: FROM,
    to,
    withoutYearly,
    training: { seed: 1, grid: GRID, workers: 0 },
    policy: {
      mode: 'release',
      on: {
        drift: { kinds: ['covariate', 'score', 'label', 'concept'] },
        loss: { estimated: true, realised: true },
        everyDays: 365,
      },
      coolDownDays: 300,
      perYear: 1,
      search: { grid: GRID, workers: 0 },
    },
  });
}

function* told(file: string, { split }: Dataset, { rows, turns, released, years }: Played): Generator<LoneFigure> {
  for (const { openedAt, cause, state, sentence, says } of turns) {
    const name = `${file}, turn of ${new Date(openedAt).toISOString().slice(0, 10)}`;
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
