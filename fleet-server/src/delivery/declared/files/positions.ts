import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type Node, type Pair } from 'yaml';
import type { Path } from '../document.ts';

export interface Position {
  file: string;
  /** From 1. */
  line: number;
}

/**
 * Where something stands in a file: the key of an entry, the first character of a list item; of what is missing, the
 * nearest thing around it.
 */
export function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? document.range?.[0] ?? 0;
  for (const key of path) {
    const inner = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(inner) ? inner.items.find((one) => keyOf(one) === String(key)) : undefined;
    const found: unknown = isSeq(inner) ? inner.items[Number(key)] : pair?.value;
    const at = startOf(pair?.key) ?? startOf(found);
    if (at === undefined) break;
    offset = at;
    node = found;
  }
  return lines.linePos(offset).line;
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function startOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null | undefined)?.range?.[0];
}
