import { BYTE_MUTATIONS } from './mutate-bytes.ts';
import { FIELD_MUTATIONS } from './mutate-fields.ts';
import { decodeModel, encodeModel, exportModel, exportTreesAsV3 } from '../../../fleet-server/src/supply/onnx/index.ts';
import {
  below,
  createRandom,
  randomColumns,
  randomLinear,
  randomTrees,
} from '../../../fleet-server/src/supply/onnx/export/random-models.ts';
import { foreignModels } from '../../../fleet-server/src/supply/onnx/foreign-models.ts';

export interface Source {
  name: string;
  bytes: Uint8Array;
}

export interface Mutant extends Source {
  /** What was done, in words. */
  mutation: string;
}

const LARGEST_SOURCE_BYTES = 400 * 1024;
const BYTE_SHARE = 0.4;

/** Models made elsewhere, as far as they are there, and one of each kind that this server exports. */
export function mutationSources(): Source[] {
  const random = createRandom(11);
  const columns = randomColumns(random, 4, 1);
  const trees = randomTrees(random, columns, { trees: 8, depth: 5, rows: 500 });
  const foreign = foreignModels();
  return [
    { name: 'our linear', bytes: exportModel(randomLinear(random, columns)) },
    { name: 'our trees', bytes: exportModel(trees) },
    { name: 'our trees, third version', bytes: exportTreesAsV3(trees) },
    ...foreign.names.map((name) => ({ name, bytes: new Uint8Array(foreign.read(name)) })),
  ].filter(({ bytes }) => bytes.length <= LARGEST_SOURCE_BYTES);
}

/** The mutant of this seed and number, whatever came before it: a run can begin anywhere. */
export function mutantAt(sources: readonly Source[], seed: number, index: number): Mutant {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const source = sources[below(random, sources.length)]!;
  const named = { name: source.name };
  const model = random() < BYTE_SHARE ? undefined : decodable(source.bytes);
  if (model === undefined) {
    const names = Object.keys(BYTE_MUTATIONS);
    const mutation = names[below(random, names.length)]!;
    const other = sources[below(random, sources.length)]!;
    return { ...named, mutation, bytes: BYTE_MUTATIONS[mutation]!(source.bytes, random, other.bytes) };
  }
  const names = Object.keys(FIELD_MUTATIONS);
  const chosen = Array.from({ length: random() < 0.8 ? 1 : 3 }, () => names[below(random, names.length)]!);
  for (const mutation of chosen) FIELD_MUTATIONS[mutation]!(model, random);
  return { ...named, mutation: chosen.join(' + '), bytes: encodeModel(model) };
}

function decodable(bytes: Uint8Array) {
  try {
    return decodeModel(bytes);
  } catch {
    // A pointer, or weights elsewhere: of those only the bytes can be altered.
    return undefined;
  }
}
