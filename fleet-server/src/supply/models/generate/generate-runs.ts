import { createSeededRandom } from '@plumbline/shared/testing';
import type { LabRun, LabTensor } from '../../../platform/ports/index.ts';
import type { ModelProto } from '@plumbline/shared/onnx';
import { describeValue, feedsOf } from '../../onnx/graph/value-type.ts';
import { allocate, place } from '../samples/convert.ts';
import { ROWS_PER_RUN, type SampleSet } from '../samples/sample-set.ts';
import { constantsOf } from './constants.ts';
import { resolveShape, type InputShape } from './dimensions.ts';
import { drawCount, drawFor, type Draw } from './draw-value.ts';
import { findSupport } from './find-support.ts';
import { shapesByValue } from './shaping-inputs.ts';

export interface GenerateOptions {
  /** Rows in all where the batch is open, else runs. */
  rows: number;
  seed: number;
  /** At most, where the batch is open; 1 suits a graph whose leading dimension is open only in name. Default 128. */
  rowsPerRun?: number;
}

/**
 * Inputs for a model that came without samples, drawn from what the graph itself tells of them: between and on the
 * thresholds of trees, in the units of scalers, from the categories of encoders with an unseen one now and then, within
 * the sizes of embeddings, missing only where that is handled. The same model and seed give the same values.
 * @throws SampleError samples_dtype for an input that no runtime exchanges
 */
export function generateRuns(model: ModelProto, options: GenerateOptions): LabRun[] {
  const { rows, seed, rowsPerRun = ROWS_PER_RUN } = options;
  const shapes = shapesOf(model);
  const supports = findSupport(shapes, model.graph, constantsOf(model.graph));
  const draws = shapes.map(({ view, sizes }) => {
    const columns = supports.get(view.name)!;
    if (shapesByValue(view.name, model.graph)) return columns.map(() => drawCount(view.dtype));
    return columns.map((support) => drawFor(support, view.dtype, sizes.length === 4));
  });
  const random = createSeededRandom(seed).next;
  const most = shapes.some(({ open }) => open) ? rowsPerRun : 1;
  return Array.from({ length: Math.ceil(rows / most) }, (_, run) => {
    const count = Math.min(most, rows - run * most);
    return shapes.map((shape, at) => tensorOf(shape, draws[at]!, count, random));
  });
}

/** The same as a set that can be split and joined with given samples. */
export function generateSamples(model: ModelProto, options: GenerateOptions): SampleSet {
  const runs = generateRuns(model, options);
  const open = shapesOf(model).findIndex((shape) => shape.open);
  return {
    runs,
    rows: runs.map((run) => (open < 0 ? 1 : run[open]!.dims[0]!)),
    origins: runs.map(() => 'generated'),
    given: 0,
    generated: options.rows,
    ignored: [],
  };
}

function shapesOf(model: ModelProto): InputShape[] {
  const constants = constantsOf(model.graph);
  return feedsOf(model.graph).map((input) => resolveShape(describeValue(input), model.graph, constants));
}

function tensorOf({ view, open, sizes }: InputShape, draws: Draw[], rows: number, random: () => number): LabTensor {
  const dims = open ? [rows, ...sizes.slice(1)] : sizes;
  const length = dims.reduce((product, dim) => product * dim, 1);
  const data = allocate(view.dtype, length, `input "${view.name}"`);
  for (let at = 0; at < length; at++) {
    const value = draws[at % draws.length]!(random);
    if (typeof value === 'number') place(data, at, view.dtype, value);
    else if (Array.isArray(data)) data[at] = value;
  }
  return { name: view.name, dtype: view.dtype, dims, data };
}
