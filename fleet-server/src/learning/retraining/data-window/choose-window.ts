import { codeOf, isCodedError } from '@plumbline/shared/errors';
import type { ModelLab } from '../../../platform/ports/index.ts';
import type { Dataset } from '../../datasets/index.ts';
import { clusteredMean, clusterRows, train, type TrainOptions } from '../../training/index.ts';
import type { WindowForm } from '../policy/policy.ts';
import { scoresOfTrained } from '../score.ts';
import { blocksOf, only } from '../blocks.ts';
import { rowsOfWindow, type WindowRules } from './rows-of-window.ts';

/** Standard errors: of three other forms one is better by a single one often enough by chance. */
const SURELY = 2;

/** How a form of window did on rows that came after all it learned from. */
export interface BackTest {
  form: WindowForm;
  /** Rows it learned from; 0 where it was not tried. */
  rows: number;
  brier: number | null;
  /** Why it was not tried, or how it stands to the first. */
  says: string;
}

export interface ChosenWindow {
  form: WindowForm;
  /** Rows that the choice was made on; the paired test never sees them. */
  testedOn: number;
  trials: BackTest[];
  /** What was searched once, on the rows before them. */
  options: TrainOptions;
}

/**
 * Which rows a candidate learns from: each form is trained on what was known before the newest rows of the first block, and
 * judged on these. The first form that is named wins unless another is better by two standard errors. Rows of the paired test
 * are younger than all of them, so what is chosen here is not tested by what chose it.
 */
export async function chooseWindow(
  deps: { lab: ModelLab },
  dataset: Dataset,
  { forms, knownBefore, rules }: { forms: readonly WindowForm[]; knownBefore: number; rules: WindowRules },
  options: TrainOptions,
): Promise<ChosenWindow> {
  const { fresh, starts } = blocksOf(dataset, knownBefore);
  const end = starts[1] ?? Infinity;
  const first = fresh.filter(({ knownAt }) => knownAt < end);
  const from = first[Math.floor(first.length / 2)]?.knownAt ?? end;
  const judged = first.filter(({ knownAt }) => knownAt >= from);
  const known = { ...dataset, examples: dataset.examples.filter(({ knownAt }) => knownAt < from) };
  const searched = only(await train(known, options), options);
  const rows = Int32Array.from(judged.keys());
  const clusters = clusterRows({ examples: judged }, rows, dataset.split);
  const losses: { form: WindowForm; values: Float64Array }[] = [];
  const trials: BackTest[] = [];
  for (const form of forms) {
    const own = rowsOfWindow(known, form, from, rules);
    if (own === undefined) {
      trials.push({ form, rows: 0, brier: null, says: 'no change was found' });
      continue;
    }
    try {
      const trained = await train(own, searched);
      const scores = await scoresOfTrained(deps.lab, trained, dataset.features, judged);
      const values = Float64Array.from(judged, ({ label }, row) => ((scores[row] ?? Number.NaN) - label) ** 2);
      const brier = values.reduce((all, loss) => all + loss, 0) / values.length;
      losses.push({ form, values });
      trials.push({ form, rows: own.examples.length, brier, says: saysOf(values, losses[0]?.values, clusters) });
    } catch (error) {
      if (!isCodedError(error) || codeOf(error) === 'stopped') throw error;
      trials.push({ form, rows: own.examples.length, brier: null, says: error.message });
    }
  }
  const [base, ...others] = losses;
  const best = others
    .map(({ form, values }) => ({ form, ...gainOf(values, base?.values, clusters) }))
    .filter(({ gain, error }) => gain > SURELY * error)
    .toSorted((a, b) => b.gain - a.gain)[0];
  return { form: best?.form ?? base?.form ?? 'all', testedOn: judged.length, trials, options: searched };
}

/** Of the mean loss against another's, with its standard error; half of the 95 % interval is two of them. */
function gainOf(values: Float64Array, base: Float64Array | undefined, clusters: Int32Array) {
  const { mean, low, high } = clusteredMean(
    values.map((loss, row) => (base?.[row] ?? loss) - loss),
    clusters,
  );
  return { gain: mean, error: Number.isNaN(high) ? Infinity : (high - low) / 4 };
}

function saysOf(values: Float64Array, base: Float64Array | undefined, clusters: Int32Array): string {
  if (base === values) return 'the first that was named';
  const { gain, error } = gainOf(values, base, clusters);
  return `Brier better by ${gain.toFixed(4)} (standard error ${error.toFixed(4)})`;
}
