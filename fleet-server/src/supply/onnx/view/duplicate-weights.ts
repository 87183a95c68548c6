import { createHash } from 'node:crypto';
import type { ModelProto, TensorProto } from '@plumbline/shared/onnx';
import { placedTensors } from '../check/places.ts';
import { VALUE_FIELDS } from '../check/tensor-forms.ts';
import { payloadBytes } from './weigh-parts.ts';

/** The same values more than once: what sharing one tensor would save is `bytes` times one name less. */
export interface DuplicateWeights {
  names: string[];
  /** Of one of them, in the file. */
  bytes: number;
}

/** Smaller ones save less than the sentence about them is worth. */
const LEAST_BYTES = 64;

/** Tensors with equal dtype, dims and values, those that waste most first. Only sizes that occur twice are hashed. */
export function duplicateWeights(model: ModelProto): DuplicateWeights[] {
  const bySize = new Map<string, { name: string; tensor: TensorProto; bytes: number }[]>();
  for (const { item: tensor, path } of placedTensors(model)) {
    const bytes = payloadBytes('tensor', tensor);
    if (bytes < LEAST_BYTES) continue;
    const size = [tensor.dataType, bytes, ...(tensor.dims ?? [])].join(' ');
    push(bySize, size, { name: tensor.name ? tensor.name : path, tensor, bytes });
  }
  return [...bySize.values()]
    .filter((same) => same.length > 1)
    .flatMap((same) => {
      const byContent = new Map<string, typeof same>();
      for (const one of same) push(byContent, digestOf(one.tensor), one);
      return [...byContent.values()].filter((equal) => equal.length > 1);
    })
    .map((equal) => ({ names: equal.map(({ name }) => name), bytes: equal[0]!.bytes }))
    .toSorted((a, b) => b.bytes * (b.names.length - 1) - a.bytes * (a.names.length - 1));
}

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}

function digestOf(tensor: TensorProto): string {
  const hash = createHash('sha256');
  for (const field of VALUE_FIELDS) {
    const value = tensor[field];
    if (value === undefined) continue;
    hash.update(`${field} ${value.length}\n`);
    if (!Array.isArray(value)) hash.update(value);
    else for (const bytes of value) hash.update(`${bytes.length} `).update(bytes);
  }
  return hash.digest('base64');
}
