import type { Reference } from '@plumbline/shared/drift';
import type { ActivityRecord, Golden, GraphInput, GraphOutput, Part } from '@plumbline/shared/manifest';
import type { ModelLab } from '../../../platform/ports/index.ts';
import { cleanForRuntime, inspectModel, type ModelView } from '../../onnx/index.ts';
import { ModelError } from '../errors.ts';
import { scoresOf } from '../score-records.ts';
import { syntheticRecords } from './golden.ts';

/** A model as it comes in: bytes, what they mean, and what the caller knows of the data behind them. */
export interface ModelIntake {
  line: string;
  target: string;
  algorithm: string;
  bytes: Uint8Array;
  inputs: GraphInput[];
  output: GraphOutput;
  goldenRecords?: ActivityRecord[];
  reference?: Reference;
  /** What goes on the card: data version, search, metrics, gate verdict. */
  card: Record<string, unknown>;
}

/** A model that was looked at, cleaned and tried: ready to be encoded for devices. */
export interface AcceptedModel extends Omit<ModelIntake, 'goldenRecords'> {
  graph: ModelView;
  /** What cleaning changed, in words. */
  changes: string[];
  golden: Golden;
  goldenPart: Part;
}

const MAX_MODEL_BYTES = 64 * 1024 * 1024;
const GOLDEN_ROWS = 24;
const GOLDEN_TOLERANCE = 1e-4;

/**
 * Takes a model in: size, codec, operators, agreement of its graph with what it is said to be, and a first run in a
 * trial process. The server itself never loads it.
 * @throws OnnxError for bytes that are no usable model; ModelError naming the input or output that differs.
 */
export async function intakeModel(deps: { lab: ModelLab }, intake: ModelIntake, now: number): Promise<AcceptedModel> {
  if (intake.bytes.length > MAX_MODEL_BYTES) {
    throw new ModelError('model_too_large', `model: ${intake.bytes.length} bytes`, {
      kind: 'too-large',
      field: 'model',
      expected: `≤ ${MAX_MODEL_BYTES} bytes`,
    });
  }
  const { bytes, changes } = cleanForRuntime(intake.bytes);
  const graph = inspectModel(bytes);
  checkInputs(intake.inputs, graph);
  checkOutput(intake.output, graph);
  const { goldenRecords, ...rest } = intake;
  const records =
    goldenRecords ?? syntheticRecords(intake.inputs, intake.reference, { count: GOLDEN_ROWS, seed: 1, asOf: now });
  const scores = await scoresOf(deps.lab, { ...intake, bytes }, records);
  return {
    ...rest,
    bytes,
    graph,
    changes,
    golden: {
      v: 1,
      tolerance: GOLDEN_TOLERANCE,
      rows: records.map((record, i) => ({ record, score: scores[i] ?? 0 })),
    },
    goldenPart: goldenRecords === undefined ? 'generated' : 'given',
  };
}

function checkInputs(inputs: GraphInput[], graph: ModelView): void {
  const named = new Map(inputs.map((input) => [input.name, input]));
  for (const { name, dtype, shape: declared } of graph.inputs) {
    const shape = declared ?? [];
    const input = named.get(name);
    if (input === undefined) {
      throw new ModelError('model_input_unknown', `inputs: the graph wants ${name}, which the mapping lacks`, {
        field: `inputs.${name}`,
        expected: `${dtype}[${shape.join(', ')}]`,
      });
    }
    const width = input.kind === 'columns' ? input.features.length : undefined;
    const last = shape.at(-1);
    if (dtype !== input.dtype || (width !== undefined && typeof last === 'number' && last !== width)) {
      throw new ModelError('model_input_differs', `inputs.${name}: the graph has ${dtype}[${shape.join(', ')}]`, {
        field: `inputs.${name}`,
        expected: `${dtype}[${shape.join(', ')}]`,
      });
    }
    named.delete(name);
  }
  const [extra] = named.keys();
  if (extra !== undefined) {
    throw new ModelError('model_input_unknown', `inputs.${extra}: the graph has no such input`, {
      field: `inputs.${extra}`,
      expected: graph.inputs.map((input) => input.name).join(' | '),
    });
  }
}

function checkOutput(output: GraphOutput, graph: ModelView): void {
  const name = output.kind === 'classes' ? output.probabilities : output.value;
  const found = graph.outputs.find((one) => one.name === name);
  if (found !== undefined) {
    const shape = found.shape ?? [];
    const width = shape.slice(1).reduce<number>((all, size) => (typeof size === 'number' ? all * size : all), 1);
    const wanted = output.kind === 'classes' ? output.classes.length : 1;
    if (width <= wanted) return;
    // Read with another width, the columns of one row would pass for rows of their own.
    const field = output.kind === 'classes' ? 'output.classes' : 'output.value';
    throw new ModelError('model_output_differs', `${field}: ${name} is ${found.dtype}[${shape.join(', ')}]`, {
      field,
      expected: output.kind === 'classes' ? `${width} classes` : 'an output with one number a row',
    });
  }
  throw new ModelError('model_output_unknown', `output: the graph has no output ${name}`, {
    field: output.kind === 'classes' ? 'output.probabilities' : 'output.value',
    expected: graph.outputs.map((one) => one.name).join(' | '),
  });
}
