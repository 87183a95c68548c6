import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportModel } from '../../../fleet-server/src/supply/onnx/export/export-model.ts';
import {
  createRandom,
  randomColumns,
  randomForest,
  randomTrees,
} from '../../../fleet-server/src/supply/onnx/export/random-models.ts';
import { diff, patch } from './copy-insert.ts';
import { asInGraph, frameOf, readTrees, writeTrees } from './tree-structure.ts';

describe('the deltas that are measured', () => {
  it('by copies and insertions give the new file back, whatever moved, changed or went', () => {
    const piece = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        piece,
        (pieces, picks, fresh) => {
          const before = Buffer.concat(pieces);
          const after = Buffer.concat(
            picks.map((pick, i) => (i % 4 === 3 ? fresh : (pieces[pick % pieces.length] ?? fresh))),
          );
          for (let at = 5; at < after.length; at += 23) after[at]! ^= 1;
          expect(Buffer.from(patch(before, diff(before, after)))).toEqual(after);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('copy what stayed in its place', () => {
    const before = Uint8Array.from({ length: 4000 }, (_, place) => (place * place * 31) >> 3);
    const after = Uint8Array.from([...before.subarray(0, 1500), 1, 2, 3, ...before.subarray(1500)]);
    const { inserted } = diff(before, after);
    expect(inserted.length).toBeLessThanOrEqual(3);
  });

  it.each([1, 2, 3, 4, 5])('of trees give the graph back, with the old trees and without: seed %i', (seed) => {
    const random = createRandom(seed);
    const columns = randomColumns(random, 4, 1);
    const models = [
      asInGraph(randomTrees(random, columns, { trees: 12, depth: 6, rows: 200 })),
      asInGraph(randomForest(random, columns, { trees: 9, depth: 7, rows: 200 })),
    ];
    const scaled = models[0]!.trees.map((tree) => ({ ...tree, value: tree.value.map((value) => 0.9 * value) }));
    models.push({ ...models[0]!, trees: scaled });
    for (const model of models) {
      for (const last of [undefined, ...models]) {
        const read = readTrees(frameOf(model), writeTrees(model, last), last);
        expect(exportModel(read)).toEqual(exportModel(model));
      }
    }
  });
});
