/**
 * Nodes of one cycle in the order of its edges, lowest first, or undefined when there is none. Linear in nodes and edges.
 * @param edges from `from[i]` to `to[i]`, nodes by index
 */
export function findCycle(
  nodes: number,
  edges: { from: readonly number[]; to: readonly number[] },
): number[] | undefined {
  const { starts, targets } = byStart(nodes, edges);
  const waiting = new Int32Array(nodes);
  for (const to of edges.to) waiting[to]! += 1;
  const ready = Array.from({ length: nodes }, (_, node) => node).filter((node) => waiting[node] === 0);
  let done = 0;
  for (; done < ready.length; done += 1) {
    const node = ready[done]!;
    for (let at = starts[node]!; at < starts[node + 1]!; at += 1) {
      const to = targets[at]!;
      waiting[to]! -= 1;
      if (waiting[to] === 0) ready.push(to);
    }
  }
  return done === nodes ? undefined : walkBack(nodes, edges, waiting);
}

/** Whoever still waits, waits for somebody who still waits: going back from any of them ends in a circle. */
function walkBack(
  nodes: number,
  edges: { from: readonly number[]; to: readonly number[] },
  waiting: Int32Array,
): number[] {
  const before = new Int32Array(nodes);
  for (const [at, to] of edges.to.entries()) {
    const from = edges.from[at]!;
    if (waiting[from]! > 0) before[to] = from;
  }
  const seen = new Uint8Array(nodes);
  let node = waiting.findIndex((count) => count > 0);
  for (; seen[node] === 0; node = before[node]!) seen[node] = 1;
  const cycle = [node];
  for (let at = before[node]!; at !== node; at = before[at]!) cycle.push(at);
  return startingLowest(cycle.toReversed());
}

/** Compressed rows: the targets of node n stand at `starts[n]` up to `starts[n + 1]`. */
function byStart(nodes: number, edges: { from: readonly number[]; to: readonly number[] }) {
  const starts = new Int32Array(nodes + 1);
  for (const from of edges.from) starts[from + 1]! += 1;
  for (let node = 0; node < nodes; node += 1) starts[node + 1]! += starts[node]!;
  const targets = new Int32Array(edges.to.length);
  const next = starts.slice();
  for (const [at, from] of edges.from.entries()) {
    targets[next[from]!] = edges.to[at]!;
    next[from]! += 1;
  }
  return { starts, targets };
}

function startingLowest(cycle: number[]): number[] {
  const lowest = cycle.reduce((least, node, at) => (node < cycle[least]! ? at : least), 0);
  return [...cycle.slice(lowest), ...cycle.slice(0, lowest)];
}
