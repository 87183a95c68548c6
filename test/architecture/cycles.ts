/**
 * Groups of files that reach each other (Tarjan's strongly connected components), and files that import themselves.
 * @param edges every file with the files it imports
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, { index: number; low: number; open: boolean }>();
  const stack: string[] = [];
  const cycles: string[][] = [];

  const enter = (file: string) => {
    const node = { index: order.size, low: order.size, open: true };
    order.set(file, node);
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      const seen = order.get(next);
      if (seen === undefined) node.low = Math.min(node.low, enter(next).low);
      else if (seen.open) node.low = Math.min(node.low, seen.index);
    }
    if (node.low === node.index) close(file);
    return node;
  };

  const close = (root: string) => {
    const group = stack.splice(stack.lastIndexOf(root));
    for (const file of group) {
      const node = order.get(file);
      if (node) node.open = false;
    }
    if (group.length > 1 || edges.get(root)?.includes(root)) cycles.push(group.toSorted());
  };

  for (const file of edges.keys()) if (!order.has(file)) enter(file);
  return cycles;
}
