import type { Dataset, QualityFinding } from '../datasets/index.ts';
import { withFindings } from './with-findings.ts';
import { buildMatrix, encodeTable, valuesOf, type Algorithm } from '../learners/index.ts';
import {
  clusterRows,
  heldOutDays,
  holdOut,
  regressionGate,
  rowsWithDelay,
  trainRegression,
  type FinishedRegression,
  type HeldOut,
  type RegressionOptions,
  type RegressionResult,
  type RegressionVerdict,
} from '../training/index.ts';

export type HeldOutDays = ReturnType<typeof heldOutDays>;

/** A regression of delay days with the gate's word on it. */
export interface TrainedDelayModel {
  /** Rows with a delay; the others were left out. */
  dataset: Dataset;
  learned: Dataset;
  result: RegressionResult;
  gate: RegressionVerdict;
  holdout?: Omit<HeldOut, 'learned' | 'held'> & {
    chosen: HeldOutDays;
    algorithms?: { algorithm: Algorithm; figures: HeldOutDays }[];
  };
}

export interface TrainDelayOptions extends RegressionOptions {
  gatePermutations?: number;
  findings?: readonly QualityFinding[];
  holdout?: number;
  onGate?: () => void;
}

/** As `trainModel`, for delay days. */
export async function trainDelayModel(given: Dataset, options: TrainDelayOptions): Promise<TrainedDelayModel> {
  const dataset = rowsWithDelay(given);
  const { seed, holdout: share, split, gatePermutations, onGate, ...rest } = options;
  const parts =
    share === undefined ? undefined : holdOut(dataset, { share, seed, ...(split === undefined ? {} : { split }) });
  const learned = parts?.learned ?? dataset;
  const result = await trainRegression(learned, options);
  onGate?.();
  const { workers = 1, signal, memoryMb, journal } = rest;
  const gate = await regressionGate(result, learned, {
    seed,
    workers,
    ...(gatePermutations === undefined ? {} : { permutations: gatePermutations }),
    ...(signal === undefined ? {} : { signal }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(journal === undefined ? {} : { journal }),
  });
  return {
    dataset,
    learned,
    result,
    gate: withFindings(gate, options.findings),
    ...(parts === undefined ? {} : { holdout: judgeHeldOut(parts, result, seed) }),
  };
}

function judgeHeldOut(
  parts: HeldOut,
  result: RegressionResult,
  seed: number,
): NonNullable<TrainedDelayModel['holdout']> {
  const { learned, held, ...about } = parts;
  const table = encodeTable(held, learned.features);
  const rows = Int32Array.from(held.keys());
  const targets = Float64Array.from(held, ({ delayDays = Number.NaN }) => delayDays);
  const clusters = clusterRows({ examples: held }, rows, parts.split);
  const figuresOf = ({ model }: FinishedRegression): HeldOutDays =>
    heldOutDays(targets, valuesOf(model, buildMatrix(table, model.columns, rows)), result.settings.loss, {
      clusters,
      seed,
    });
  const algorithms = result.finalists?.map((one) => ({ algorithm: one.algorithm, figures: figuresOf(one) }));
  return { ...about, chosen: figuresOf(result), ...(algorithms === undefined ? {} : { algorithms }) };
}
