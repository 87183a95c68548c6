import type { NetworkModel } from '../../../supply/onnx/fitted-model.ts';
import { heldOut } from '../calibration/cross-fit.ts';
import { LearnerError } from '../errors.ts';
import type { Task } from '../learner.ts';
import { type Matrix, matrixWidth, totalWeight } from '../matrix.ts';
import { createRandom, deriveSeed, shuffle } from '../random.ts';
import { logit, logLossOfMargin, sigmoid } from '../sigmoid.ts';
import { standardTargets } from '../targets.ts';
import { createAdam } from './adam.ts';
import { createLayers, type Layers } from './layers.ts';
import { createPass, readInputs } from './pass.ts';

export interface NetworkParameters {
  /** Units of each hidden layer, one or two of them. */
  hidden: readonly number[];
  /** Penalty: mean loss + l2 / 2 · Σ weight², biases free. Default 1e-3. */
  l2?: number;
  /** Step length of Adam. Default 0.005. */
  rate?: number;
  /** Rows a step. Default 64. */
  batch?: number;
  /** Most passes over the rows. Default 100. */
  epochs?: number;
  /**
   * Keeps the weights that did best on a held-out share of the rows, and stops when so many passes brought nothing
   * better. `share` 0 keeps the last weights. Default: 0.15 and 10.
   */
  earlyStop?: { share: number; patience: number };
}

/**
 * Fits a multi-layer perceptron of rectified linear units by Adam on mini-batches (Kingma & Ba 2015; starting weights by
 * Glorot & Bengio 2010), in double precision. Order, start and held-out rows follow from the seed. A row of weight 2
 * weighs as the row twice, to the bit only where a batch takes all rows.
 */
export function fitNetwork(matrix: Matrix, parameters: NetworkParameters, task: Task, seed = 0): NetworkModel {
  const { rate = 0.005, l2 = 1e-3, batch = 64, epochs = 100, earlyStop = { share: 0.15, patience: 10 } } = parameters;
  const goal = goalOf(matrix, task);
  const inputs = readInputs(matrix);
  const { learning, held } = divide(matrix, earlyStop.share, seed);
  const layers = createLayers([matrixWidth(matrix.columns), ...parameters.hidden, 1], createRandom(seed));
  const { weights } = matrix;
  const weightOf = (row: number): number => (weights === undefined ? 1 : weights[row]!);
  const mean = learning.reduce((sum, row) => sum + weightOf(row), 0) / learning.length;
  // Where it starts, so that few steps do not go into learning how many rows are late.
  layers.list.at(-1)!.bias[0] = goal.start;
  const pass = createPass(layers, inputs);
  const adam = createAdam(layers, { rate, l2 });
  const order = createRandom(deriveSeed(seed, 'order'));
  let best = { layers: layers.copy(), loss: lossOn(held), epoch: 0 };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(learning, order);
    for (let start = 0; start < learning.length; start += batch) {
      const end = Math.min(learning.length, start + batch);
      pass.gradients.clear();
      for (let at = start; at < end; at++) {
        const row = learning[at]!;
        const slope = goal.slope(pass.forward(row), row);
        pass.backward(row, (slope * weightOf(row)) / ((end - start) * mean));
      }
      adam.step(pass.gradients);
    }
    if (held.length === 0) continue;
    const loss = lossOn(held);
    if (loss < best.loss) best = { layers: layers.copy(), loss, epoch };
    if (epoch - best.epoch >= earlyStop.patience) break;
  }
  return modelOf(matrix, held.length === 0 ? layers : best.layers, goal);

  function lossOn(rows: Int32Array): number {
    let [sum, total] = [0, 0];
    for (const row of rows) {
      sum += weightOf(row) * goal.loss(pass.forward(row), row);
      total += weightOf(row);
    }
    return total === 0 ? Infinity : sum / total;
  }
}

/** What the last unit is after. */
interface Goal {
  loss(output: number, row: number): number;
  slope(output: number, row: number): number;
  answer: Pick<NetworkModel, 'answer'>;
  /** What the unit says of every row at first. */
  start: number;
  mean: number;
  scale: number;
}

function goalOf(matrix: Matrix, task: Task): Goal {
  if (task === 'classification') {
    const { rows, labels } = matrix;
    const late = labels.reduce((sum, label, row) => sum + label * (matrix.weights?.[row] ?? 1), 0);
    return {
      loss: (output, row) => logLossOfMargin(output, labels[row]!),
      slope: (output, row) => sigmoid(output) - labels[row]!,
      answer: {},
      start: logit((late + 1) / (totalWeight({ rows, weights: matrix.weights }) + 2)),
      mean: 0,
      scale: 1,
    };
  }
  const { values, mean, scale } = standardTargets(matrix);
  return {
    loss: (output, row) => 0.5 * (output - values[row]!) ** 2,
    slope: (output, row) => output - values[row]!,
    answer: { answer: 'value' },
    start: 0,
    mean,
    scale,
  };
}

/** Rows to learn from and rows to stop by; without enough of either all rows learn and nothing stops. */
function divide(matrix: Matrix, share: number, seed: number): { learning: Int32Array; held: Int32Array } {
  const all = Int32Array.from({ length: matrix.rows }, (_, row) => row);
  const isHeld = heldOut(matrix, deriveSeed(seed, 'held out'), share);
  const held = all.filter((row) => isHeld[row] === 1);
  const learning = all.filter((row) => isHeld[row] === 0);
  return held.length === 0 || learning.length === 0 ? { learning: all, held: all.subarray(0, 0) } : { learning, held };
}

function modelOf({ columns }: Matrix, layers: Layers, { answer, mean, scale }: Goal): NetworkModel {
  const neutral = layers.toNeutral();
  const last = neutral.at(-1)!;
  if (!neutral.every(({ weights, bias }) => weights.every(Number.isFinite) && bias.every(Number.isFinite))) {
    const expected = 'a shorter step: the weights grew without end';
    throw new LearnerError('bad_parameter', `mlp.rate is too large, expected ${expected}`, {
      field: 'mlp.rate',
      expected,
    });
  }
  const scaled = {
    weights: last.weights.map((weight) => scale * weight),
    bias: last.bias.map((bias) => mean + scale * bias),
  };
  return { kind: 'network', ...answer, columns, layers: [...neutral.slice(0, -1), scaled] };
}
