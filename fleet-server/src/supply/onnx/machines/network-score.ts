import type { NetworkModel } from '../fitted-model.ts';

/** Output of the last unit for a row of the raw design matrix, which is overwritten. */
export function networkScorer({ columns, layers }: NetworkModel): (row: Float64Array) => number {
  const values = layers.map(({ bias }) => new Float64Array(bias.length));
  return (row) => {
    columns.numbers.forEach(({ impute, mean, scale }, column) => {
      const value = row[column]!;
      row[column] = ((Number.isNaN(value) ? impute : value) - mean) / scale;
    });
    let input = row;
    for (const [index, { weights, bias }] of layers.entries()) {
      const output = values[index]!;
      const isLast = index === layers.length - 1;
      for (let unit = 0, at = 0; unit < bias.length; unit += 1) {
        let sum = bias[unit]!;
        for (let place = 0; place < input.length; place += 1, at += 1) sum += weights[at]! * input[place]!;
        output[unit] = isLast ? sum : Math.max(0, sum);
      }
      input = output;
    }
    return input[0]!;
  };
}
