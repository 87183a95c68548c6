/** Recipes for tree ensembles, as rewriting of graphs: any model that contains them, from whatever converter. */
import { setImmediate } from 'node:timers/promises';
import { mergeConstants, roundLeaves, roundSplits } from './codebooks.ts';
import {
  DEFAULT_DOMAIN,
  ML_DOMAIN,
  branchCount,
  isOperator,
  leafCount,
  readV3,
  readV5,
  type Ensemble,
  type ModelProto,
  type NodeProto,
  type TreeOperator,
} from '@plumbline/shared/onnx';
import { dropUnusedInitializers, elementType, freshNames, opsetOf, withIrVersion, withOpset } from './graph-edits.ts';
import { prune } from './prune.ts';
import type { Rewritten } from './score-ops.ts';
import { rewriteAsV5 } from './score-ops.ts';
import { refusesV3, writeV3 } from './write-v3.ts';
import { encodeModel } from '../codec/encode-model.ts';
import { nodesOf } from '../graph/walk.ts';
import type { Candidate, RecipeContext, RecipeFamily } from '../recipes/recipe.ts';

/**
 * `tree-v5` and `tree-v3` answer as the model does; the others round leaf weights to n bits, and splits to so many a
 * feature. What the device's operator set cannot run is left out.
 */
export const treeFamily: RecipeFamily = { family: 'trees', declines, candidates };

interface Recipe {
  name: string;
  /** Distinct weights a target, distinct splits a feature; absent: all of them. */
  leaves?: number;
  splits?: number;
}

/** Eight bits are all that a forest's leaves need in practice; the last two trade accuracy for size. */
const ROUNDED: Recipe[] = [
  { name: 'leaf8', leaves: 256 },
  { name: 'leaf8-t255', leaves: 256, splits: 255 },
  { name: 'leaf6-t63', leaves: 64, splits: 63 },
  { name: 'leaf5-t31', leaves: 32, splits: 31 },
];

const LARGE_BYTES = 256 * 1024;
/** First version of ai.onnx.ml with TreeEnsemble; the older operators are withdrawn in it. */
const V5 = 5;
/** File format that belongs to ai.onnx.ml 5 (ONNX 1.16). */
const V5_IR_VERSION = 10;

function isOlder(node: NodeProto): boolean {
  return ['TreeEnsembleClassifier', 'TreeEnsembleRegressor'].some((opType) => isOperator(node, ML_DOMAIN, opType));
}

function isTree(node: NodeProto): boolean {
  return isOlder(node) || isOperator(node, ML_DOMAIN, 'TreeEnsemble');
}

function declines(model: ModelProto): string | undefined {
  if (model.graph.node.some(isTree)) return undefined;
  const inner = [...nodesOf(model)].some(({ node }) => isTree(node));
  if (inner) return 'its trees stand in a branch, a loop or a function, and are left as they are';
  return 'no tree ensembles';
}

/** A tree operator of the main graph, its trees without branches that cannot be reached. */
interface Site {
  node: NodeProto;
  dtype: string;
  operator: TreeOperator;
  branchesBefore: number;
}

async function candidates(model: ModelProto, context: RecipeContext): Promise<Candidate[]> {
  if (declines(model) !== undefined) return [];
  const sites = model.graph.node.flatMap((node, at) => (isTree(node) ? [readSite(model, node, at)] : []));
  const newest = context.opsets[ML_DOMAIN] ?? 0;
  const why = newest < V5 ? `the device knows ai.onnx.ml ${newest} only` : refusesVersion5(model);
  const modern = why ?? (await writeAll(model, sites, [{ name: 'v5' }, ...ROUNDED], writeModelV5));
  const v5 = typeof modern === 'string' ? [] : modern;
  const note = typeof modern === 'string' ? [`Not written as TreeEnsemble 5: ${modern}.`] : [];
  const older = [
    { name: 'v3' },
    ...(v5.length > 0 ? [] : ROUNDED.map((recipe) => ({ ...recipe, name: `v3-${recipe.name}` }))),
  ];
  const v3 = await writeAll(model, sites, older, writeModelV3);
  if (typeof v3 === 'string') {
    return v5.map((candidate) => ({ ...candidate, notes: [...candidate.notes, `Not written in version 3: ${v3}.`] }));
  }
  const [first, ...rest] = v5;
  // Where both can be had the older form wins on the wire only when it is small; a large one is not worth trying.
  if (first !== undefined && v3.every(({ bytes }) => bytes.length > LARGE_BYTES)) return v5;
  const all = first === undefined ? v3 : [first, ...v3, ...rest];
  return all.map((candidate) => ({ ...candidate, notes: [...candidate.notes, ...note] }));
}

function readSite(model: ModelProto, node: NodeProto, at: number): Site {
  const dtype = elementType(model, node.input[0] ?? '') ?? 'float32';
  const read = isOlder(node) ? readV3 : readV5;
  const operator = read(node, `graph.node[${at}]`, dtype === 'float64');
  const branchesBefore = branchCount(operator.ensemble);
  return { node, dtype, operator: { ...operator, ensemble: prune(operator.ensemble) }, branchesBefore };
}

/** Other nodes whose meaning or standing changes with version 5 of the operator set. */
function refusesVersion5(model: ModelProto): string | undefined {
  const current = opsetOf(model, ML_DOMAIN) ?? 1;
  if (current >= V5) return undefined;
  const outside = [...nodesOf(model)].filter(({ node }) => !model.graph.node.includes(node));
  if (outside.some(({ node }) => isOlder(node)))
    return 'other trees of the model stand in a branch, a loop or a function';
  const encoder = [...nodesOf(model)].some(({ node }) => isOperator(node, ML_DOMAIN, 'LabelEncoder'));
  return encoder && current < 2 ? 'its LabelEncoder of version 1 would change' : undefined;
}

/** All recipes for one version; a sentence when an operator cannot be written in it at all. */
async function writeAll(
  model: ModelProto,
  sites: Site[],
  recipes: Recipe[],
  write: (model: ModelProto, sites: Site[]) => ModelProto | string,
): Promise<Candidate[] | string> {
  const written: Candidate[] = [];
  for (const recipe of recipes) {
    // Seconds of work in all for a large forest: let others have their turn in between.
    await setImmediate();
    const rounded = sites.map((site) => ({ ...site, operator: roundOperator(site.operator, recipe) }));
    const result = write(model, rounded);
    if (typeof result === 'string') return result;
    const bytes = encodeModel(result);
    // A small model has no more leaves and splits than the codebooks: the same file again.
    if (written.some((other) => equal(other.bytes, bytes))) continue;
    const lossless = recipe.leaves === undefined && recipe.splits === undefined;
    written.push({ recipe: `tree-${recipe.name}`, bytes, lossless, notes: rounded.map(describe) });
  }
  return written;
}

function roundOperator(operator: TreeOperator, { leaves, splits }: Recipe): TreeOperator {
  let ensemble: Ensemble = operator.ensemble;
  if (leaves !== undefined) ensemble = roundLeaves(ensemble, leaves);
  if (splits !== undefined) ensemble = roundSplits(ensemble, splits);
  return ensemble === operator.ensemble ? operator : { ...operator, ensemble: prune(ensemble) };
}

function describe({ node, operator: { ensemble }, branchesBefore }: Site): string {
  const splits = new Set(Array.from(ensemble.split, (split, at) => `${ensemble.feature[at]}:${split}`)).size;
  return `${node.name || node.output[0]}: ${branchCount(ensemble)} of ${branchesBefore} branches, ${splits} distinct splits, ${leafCount(ensemble.leaves)} distinct leaves`;
}

function writeModelV5(model: ModelProto, sites: Site[]): ModelProto | string {
  const opset = opsetOf(model, DEFAULT_DOMAIN) ?? NEW_DEFAULT_OPSET;
  const fresh = freshNames(model);
  const replaced = new Map<NodeProto, Rewritten>();
  for (const { node, dtype, operator } of sites) {
    const around = { input: node.input[0] ?? '', output: node.output, dtype, fresh, opset };
    const rewritten = rewriteAsV5(operator, around);
    if (typeof rewritten === 'string') return `${node.name || node.output[0]}: ${rewritten}`;
    replaced.set(node, rewritten);
  }
  const newer = withOpset(model, ML_DOMAIN, Math.max(V5, opsetOf(model, ML_DOMAIN) ?? V5));
  return withIrVersion(replaceNodes(newer, replaced), V5_IR_VERSION);
}

/** Taken only where a model imports no default operator set, so that no operator of it can change. */
const NEW_DEFAULT_OPSET = 13;

function writeModelV3(model: ModelProto, sites: Site[]): ModelProto | string {
  const current = opsetOf(model, ML_DOMAIN) ?? 1;
  if (current >= V5 && [...nodesOf(model)].some(({ node }) => isOperator(node, ML_DOMAIN, 'LabelEncoder'))) {
    return 'its LabelEncoder belongs to a newer operator set';
  }
  const replaced = new Map<NodeProto, Rewritten>();
  for (const { node, operator } of sites) {
    const name = node.name || node.output[0];
    const why = refusesV3(operator);
    if (why !== undefined) return `${name}: ${why}`;
    const written = writeV3(merged(operator), node.input, node.output, current >= 3);
    if (
      operator.kind === 'classifier' &&
      changesRules(operator, readV3(written, name ?? '', operator.ensemble.double))
    ) {
      return `${name}: without the branches that cannot be reached its two classes would be scored by another rule`;
    }
    replaced.set(node, { nodes: [written], initializers: [] });
  }
  return replaceNodes(current >= V5 ? withOpset(model, ML_DOMAIN, 3) : model, replaced);
}

function merged(operator: TreeOperator): TreeOperator {
  return {
    ...operator,
    ensemble: mergeConstants(operator.ensemble, new Float64Array(), operator.kind === 'classifier'),
  };
}

/** The runtime looks at all weights of a classifier to decide how it scores, also those that no row reaches. */
function changesRules({ weighted: before }: TreeOperator, { weighted: after }: TreeOperator): boolean {
  return before.allPositive !== after.allPositive || (before.targets.size === 1) !== (after.targets.size === 1);
}

/** Puts nodes in the place of others, and imports the default operator set if nothing did so far. */
function replaceNodes(model: ModelProto, replaced: Map<NodeProto, Rewritten>): ModelProto {
  const added = [...replaced.values()].flatMap(({ initializers }) => initializers);
  const node = model.graph.node.flatMap((old) => {
    const rewritten = replaced.get(old);
    if (rewritten === undefined) return [old];
    // Names of nodes must differ, and the last one has the outputs that were the old one's.
    return rewritten.nodes.map((each, at) => ({
      ...each,
      name: at === rewritten.nodes.length - 1 ? (old.name ?? '') : '',
    }));
  });
  const graph = { ...model.graph, node, initializer: [...model.graph.initializer, ...added] };
  const imported = opsetOf(model, DEFAULT_DOMAIN) !== undefined;
  const needed = !imported && node.some((each) => !each.domain);
  const whole = needed ? withOpset({ ...model, graph }, DEFAULT_DOMAIN, NEW_DEFAULT_OPSET) : { ...model, graph };
  return dropUnusedInitializers(whole);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
