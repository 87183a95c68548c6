import type { NetworkGraph, NetworkNode } from './graph.ts';

export interface NetworkOrder {
  /** Predecessors first; nodes of a loop and behind one are missing. */
  order: NetworkNode[];
  /** Activities that wait for each other, by id. */
  loops: string[][];
}

/** Orders a network in time linear in nodes and links (Kahn), and names what cannot be ordered (Tarjan). */
export function orderNetwork({ nodes }: NetworkGraph): NetworkOrder {
  const waiting = nodes.map(({ incoming }) => incoming.length);
  const order = nodes.filter(({ incoming }) => incoming.length === 0);
  for (const node of order) {
    for (const { to } of node.outgoing) if (--waiting[to.index]! === 0) order.push(to);
  }
  if (order.length === nodes.length) return { order, loops: [] };
  return { order, loops: findLoops(nodes.filter(({ index }) => waiting[index]! > 0)) };
}

/** Strongly connected components with more than one node or a link to itself, without recursion. */
function findLoops(nodes: readonly NetworkNode[]): string[][] {
  const found = new Map<NetworkNode, number>();
  const low = new Map<NetworkNode, number>();
  const open = new Set<NetworkNode>();
  const stack: NetworkNode[] = [];
  const loops: string[][] = [];
  for (const root of nodes) {
    if (found.has(root)) continue;
    const path: { node: NetworkNode; next: number }[] = [];
    const enter = (node: NetworkNode) => {
      low.set(node, found.size);
      found.set(node, found.size);
      stack.push(node);
      open.add(node);
      path.push({ node, next: 0 });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top;
      const to = node.outgoing[top.next++]?.to;
      if (to !== undefined && !found.has(to)) enter(to);
      else if (to !== undefined && open.has(to)) low.set(node, Math.min(low.get(node)!, found.get(to)!));
      else if (to === undefined) {
        path.pop();
        const above = path.at(-1)?.node;
        if (above !== undefined) low.set(above, Math.min(low.get(above)!, low.get(node)!));
        if (low.get(node) === found.get(node)) closeLoop(node, stack, open, loops);
      }
    }
  }
  return loops;
}

function closeLoop(root: NetworkNode, stack: NetworkNode[], open: Set<NetworkNode>, loops: string[][]): void {
  const members: NetworkNode[] = [];
  for (let node = stack.pop(); node !== undefined; node = node === root ? undefined : stack.pop()) {
    open.delete(node);
    members.push(node);
  }
  if (members.length === 1 && !root.outgoing.some(({ to }) => to === root)) return;
  loops.push([...new Set(members.map(({ activity }) => activity.id))].toReversed());
}
