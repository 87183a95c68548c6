import { createLayers, type Layers } from './layers.ts';

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const LEAST = 1e-8;

/** Adam with its published constants (Kingma & Ba, ICLR 2015), in place. The penalty is part of the gradient. */
export function createAdam(layers: Layers, { rate, l2 }: { rate: number; l2: number }) {
  const sizes = [layers.list[0]!.inputs, ...layers.list.map(({ units }) => units)];
  const [first, second] = [createLayers(sizes), createLayers(sizes)];
  let [firstLeft, secondLeft] = [1, 1];
  return {
    step(gradients: Layers): void {
      firstLeft *= FIRST_DECAY;
      secondLeft *= SECOND_DECAY;
      const length = (rate * Math.sqrt(1 - secondLeft)) / (1 - firstLeft);
      for (const [index, { weights, bias }] of layers.list.entries()) {
        const [gradient, mean, spread] = [gradients.list[index]!, first.list[index]!, second.list[index]!];
        move(weights, gradient.weights, mean.weights, spread.weights, length, l2);
        move(bias, gradient.bias, mean.bias, spread.bias, length, 0);
      }
    },
  };
}

function move(
  point: Float64Array,
  gradient: Float64Array,
  mean: Float64Array,
  spread: Float64Array,
  length: number,
  l2: number,
): void {
  for (let at = 0; at < point.length; at++) {
    const slope = gradient[at]! + l2 * point[at]!;
    mean[at] = FIRST_DECAY * mean[at]! + (1 - FIRST_DECAY) * slope;
    spread[at] = SECOND_DECAY * spread[at]! + (1 - SECOND_DECAY) * slope * slope;
    point[at]! -= (length * mean[at]!) / (Math.sqrt(spread[at]!) + LEAST);
  }
}
