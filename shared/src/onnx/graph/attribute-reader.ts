import type { AttributeProto, NodeProto } from '../codec/messages.ts';
import { tensorValues } from '../codec/tensor.ts';
import { attributeOf } from './operator.ts';
import { OnnxError } from '../onnx-error.ts';

/** Attributes of one operator by name; what is absent reads as empty, a wrong type is refused. */
export type AttributeReader = ReturnType<typeof attributeReader>;

/** @param path where the node stands, e.g. `graph.node[3]` */
export function attributeReader(node: NodeProto, path: string) {
  const malformed = (attribute: string, what: string, expected: string): OnnxError =>
    new OnnxError('onnx_fitted_invalid', `${attribute} of node "${node.name ?? ''}" (${node.opType}) ${what}`, {
      field: `${path}.${attribute}`,
      expected,
    });
  const pick = <T>(name: string, what: string, from: (attribute: AttributeProto) => T | undefined): T | undefined => {
    const attribute = attributeOf(node, name);
    if (attribute === undefined) return undefined;
    const value = from(attribute);
    // An empty list has no elements on the wire, so that its attribute carries nothing but its type.
    if (value === undefined && what.startsWith('one')) throw malformed(name, 'holds another type', what);
    return value;
  };
  return {
    malformed,
    ints: (name: string): BigInt64Array => pick(name, 'integers', (it) => it.ints) ?? new BigInt64Array(),
    strings: (name: string): Uint8Array[] => pick(name, 'strings', (it) => it.strings) ?? [],
    text: (name: string): string | undefined =>
      pick(name, 'one string', (it) => (it.s === undefined ? undefined : new TextDecoder().decode(it.s))),
    int: (name: string, fallback: number): number =>
      Number(pick(name, 'one integer', (it) => it.i) ?? BigInt(fallback)),
    /** A list of floats, or the tensor of `name_as_tensor`. */
    numbers(name: string): Float64Array {
      const list = pick(name, 'floats', (it) => it.floats) ?? new Float32Array();
      return list.length > 0 ? Float64Array.from(list) : this.tensor(`${name}_as_tensor`);
    },
    tensor(name: string): Float64Array {
      const values = pick(name, 'one tensor', (it) => it.t);
      if (values === undefined) return new Float64Array();
      const read = tensorValues(values);
      if (read instanceof Float32Array || read instanceof Float64Array || read instanceof Uint8Array) {
        return Float64Array.from(read);
      }
      throw malformed(name, 'holds another dtype', 'float32 or float64 (uint8 for modes)');
    },
    /** Small non-negative integers, such as positions and flags. */
    indices(name: string, limit: number): Int32Array {
      const values = this.ints(name);
      const indices = new Int32Array(values.length);
      for (let at = 0; at < values.length; at += 1) {
        const value = values[at]!;
        if (value < 0n || value >= BigInt(limit)) {
          throw malformed(`${name}[${at}]`, `is ${value}`, `0 to ${limit - 1}`);
        }
        indices[at] = Number(value);
      }
      return indices;
    },
    /** One integer within the limits. */
    count(name: string, least: number, most: number): number {
      const count = this.int(name, 0);
      if (count >= least && count <= most) return count;
      throw malformed(name, `is ${count}`, `${least} to ${most}`);
    },
    oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
      if ((allowed as readonly string[]).includes(text)) return text as T;
      throw malformed(name, `is "${text}"`, allowed.join(', '));
    },
    /** @throws {OnnxError} when a list has another length; an optional one may be empty */
    lengths(
      size: number,
      lists: Record<string, { length: number }>,
      optional: Record<string, { length: number }> = {},
    ) {
      for (const [name, list] of Object.entries(lists)) {
        if (list.length !== size) throw malformed(name, `has ${list.length} values`, `${size} values`);
      }
      for (const [name, list] of Object.entries(optional)) {
        if (list.length !== size && list.length !== 0) {
          throw malformed(name, `has ${list.length} values`, `none or ${size} values`);
        }
      }
    },
  };
}
