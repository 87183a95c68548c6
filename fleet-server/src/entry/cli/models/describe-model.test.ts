import { expect, test } from 'vitest';
import { describeModel } from './describe-model.ts';
import { encodeModel, exportModel, inspectModel } from '../../../supply/onnx/index.ts';

const columns = { numbers: [{ name: 'a', impute: 0, mean: 0, scale: 1 }], categories: [] };
const exported = exportModel({ kind: 'linear', columns, weights: Float64Array.of(1), bias: 0 });

test('a model is told in sections, with sizes, shares and what goes in and out', () => {
  const text = describeModel(inspectModel(exported));
  expect(text).toMatch(/^family +linear: one linear layer, \d+ parameters$/m);
  expect(text).toContain(`${exported.length.toLocaleString('en-US')} bytes`);
  expect(text).toMatch(/^ {2}input +numbers +float32 +\[/m);
  expect(text).toMatch(/^ {2}names +\d+ +\d+\.\d %/m);
});

test('names out of a model write nothing but themselves on the terminal, in one line each', () => {
  const name = `\u001B[2J\n\u202E${'n'.repeat(500)}`;
  const text = describeModel(
    inspectModel(
      encodeModel({
        irVersion: 8n,
        producerName: name,
        opsetImport: [{ domain: name, version: 1n }],
        metadataProps: [{ key: name, value: name }],
        functions: [],
        graph: {
          node: [
            {
              name,
              opType: name,
              domain: name,
              input: [],
              output: [name],
              attribute: [{ name, floats: Float32Array.of(1) }],
            },
          ],
          input: [{ name }],
          output: [{ name }],
          initializer: [],
          valueInfo: [],
        },
      }),
    ),
  );
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(200);
});
