import type { NetworkModel } from '../../../supply/onnx/fitted-model.ts';
import type { SeededRandom } from '../random.ts';

/** Weights input by input, `[inputs, units]`, so that one input adds a stretch of memory to all units. */
export interface Layer {
  inputs: number;
  units: number;
  weights: Float64Array;
  bias: Float64Array;
}

export interface Layers {
  list: Layer[];
  clear(): void;
  copy(): Layers;
  /** Weights unit by unit, as fitted models have them. */
  toNeutral(): NetworkModel['layers'];
}

/** @param random draws the starting weights; without it they are zero, as for gradients */
export function createLayers(sizes: readonly number[], random?: SeededRandom): Layers {
  return layersOf(
    sizes.slice(1).map((units, index) => {
      const inputs = sizes[index]!;
      // Glorot's range for units that cut off half of what they get.
      const reach = Math.sqrt(6 / (inputs + units));
      const draw = (): number => (random === undefined ? 0 : (2 * random.unit() - 1) * reach);
      return {
        inputs,
        units,
        weights: Float64Array.from({ length: inputs * units }, draw),
        bias: new Float64Array(units),
      };
    }),
  );
}

function layersOf(list: Layer[]): Layers {
  return {
    list,
    clear() {
      for (const { weights, bias } of list) {
        weights.fill(0);
        bias.fill(0);
      }
    },
    copy: () => layersOf(list.map((layer) => ({ ...layer, weights: layer.weights.slice(), bias: layer.bias.slice() }))),
    toNeutral: () =>
      list.map(({ inputs, units, weights, bias }) => ({
        weights: Float64Array.from({ length: inputs * units }, (_, at) => {
          const [unit, input] = [Math.floor(at / inputs), at % inputs];
          return weights[input * units + unit]!;
        }),
        bias,
      })),
  };
}
