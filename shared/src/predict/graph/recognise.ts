import { decodeModel, domainOf, DEFAULT_DOMAIN, ML_DOMAIN, type ModelProto, type NodeProto } from '../../onnx/index.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { Column } from './columns.ts';
import { answerOf, rawScoreOf, type Expression, type RawScore } from './expression.ts';
import { createLookups, NotUnderstood, reshape, type Value, type Walk } from './walk.ts';
import { createLeaves, type Leaves } from './leaves.ts';
import { prepare } from './prepare.ts';
import { score } from './scores.ts';

/** A model whose score is understood as a sum over its columns and trees. */
export interface Recognised extends Pick<Leaves, 'columns' | 'groves' | 'leaves'> {
  /** The score that a device reports. */
  answer: Expression;
  raw: RawScore;
  /** How the answer follows from the raw score; undefined when it takes other sums as well. */
  scoreOf: ((raw: number) => number) | undefined;
}

/** Larger graphs are deep nets, of which nothing is understood anyhow. */
const MOST_NODES = 2000;
/** Operators that give a label first. */
const CLASSIFIERS = new Set(['TreeEnsembleClassifier', 'LinearClassifier']);

/**
 * Reads how the score comes about. Careful rather than clever: one operator on the way that is not known exactly, and
 * nothing is said about the model.
 * @returns what was understood, or the end of a sentence that says what was not
 */
export function recognise(bytes: Uint8Array, manifest: Pick<Manifest, 'inputs' | 'output'>): Recognised | string {
  try {
    return recogniseModel(decodeModel(bytes), manifest);
  } catch (error) {
    if (error instanceof NotUnderstood) return error.message;
    // Bytes that do not decode, attributes that contradict each other, a stack that is too deep.
    return error instanceof Error ? error.message : 'cannot be read';
  }
}

function recogniseModel(model: ModelProto, { inputs, output }: Pick<Manifest, 'inputs' | 'output'>): Recognised {
  if (model.functions.length > 0) throw new NotUnderstood('defines functions of its own');
  if (model.graph.node.length > MOST_NODES) throw new NotUnderstood(`has more than ${MOST_NODES} nodes`);
  const leaves = createLeaves();
  const walk = createWalk(model, inputs, leaves);
  const value = walk.valueOf(output.kind === 'classes' ? output.probabilities : output.value);
  const scores = value.kind === 'scores' ? value.scores : value.columns.map((column) => leaves.ofColumn(column));
  const width = output.kind === 'classes' ? output.classes.length : 1;
  const answer = scores[output.kind === 'classes' ? output.classes.indexOf(output.positive) : 0];
  if (answer === undefined || scores.length !== width)
    throw new NotUnderstood(`gives ${scores.length} scores for ${width}`);
  const raw = rawScoreOf(answer);
  if (raw === undefined) throw new NotUnderstood('stretches a probability');
  return {
    columns: leaves.columns,
    groves: leaves.groves,
    leaves: leaves.leaves,
    answer,
    raw,
    scoreOf: answerOf(answer),
  };
}

function createWalk(model: ModelProto, inputs: Manifest['inputs'], leaves: Leaves): Walk {
  const producers = new Map(model.graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const known = new Map<string, Value | 'open'>();
  const fixed = inputs.find((input) => input.kind === 'columns' && input.batch !== 'dynamic');
  const walk: Walk = {
    ...createLookups(model),
    fixedRows: fixed?.kind === 'columns' && fixed.batch !== 'dynamic' ? fixed.batch : undefined,
    valueOf(name) {
      const found = known.get(name);
      if (found === 'open') throw new NotUnderstood('goes round in a circle');
      if (found !== undefined) return found;
      known.set(name, 'open');
      const producer = producers.get(name);
      const value = producer === undefined ? inputValue(inputs, name) : valueOfNode(producer, name, walk, leaves);
      known.set(name, value);
      return value;
    },
  };
  return walk;
}

function inputValue(inputs: Manifest['inputs'], name: string): Value {
  const at = inputs.findIndex((input) => input.name === name);
  const input = inputs[at];
  if (input?.kind !== 'columns')
    throw new NotUnderstood(input === undefined ? 'computes with constants' : 'takes a whole tensor');
  const columns = input.features.map((_, column): Column => ({ input: at, at: column, steps: [] }));
  return { kind: 'columns', columns, dims: [columns.length], dtype: input.dtype };
}

function valueOfNode(node: NodeProto, name: string, walk: Walk, leaves: Leaves): Value {
  const domain = domainOf(node);
  const unknown = new NotUnderstood(`uses ${domain}::${node.opType}`);
  if (domain !== DEFAULT_DOMAIN && domain !== ML_DOMAIN) throw unknown;
  if (node.output.indexOf(name) !== (CLASSIFIERS.has(node.opType ?? '') ? 1 : 0)) throw unknown;
  const renamed = domain === DEFAULT_DOMAIN ? reshape(node, walk) : undefined;
  if (renamed !== undefined) return renamed;
  const depends = node.input.filter(
    (one) => one !== '' && walk.constantOf(one) === undefined && walk.rankOf(one) === undefined,
  );
  const onScores = depends.some((one) => walk.valueOf(one).kind === 'scores');
  const value = (onScores ? undefined : prepare(node, walk)) ?? score(node, walk, leaves);
  if (value === undefined) throw unknown;
  return value;
}
