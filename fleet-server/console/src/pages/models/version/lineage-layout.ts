import type { Lineage } from '../model-of.ts';

export type Kind = Lineage['nodes'][number]['kind'] | 'devices';
export interface Node {
  id: string;
  kind: Kind;
  title: string;
  at: number | null;
}
export interface Graph {
  nodes: Node[];
  edges: Lineage['edges'];
}
export interface PlacedColumn {
  kind: Kind;
  nodes: Node[];
}

const ORDER: readonly Kind[] = ['source', 'dataset', 'run', 'version', 'rollout', 'devices'];

export const KIND_WORDS: Record<Kind, string> = {
  source: 'Files',
  dataset: 'Datasets',
  run: 'Runs',
  version: 'Versions',
  rollout: 'Rollouts',
  devices: 'Devices',
};

/** What this version itself is made of and led to: other versions stand alone, without their own past. */
export function withoutPredecessors({ nodes, edges }: Lineage, version: string): Lineage {
  const own = `version:${version}`;
  const kept = new Set([own]);
  const wanted = [own];
  for (let at = wanted.pop(); at !== undefined; at = wanted.pop()) {
    for (const { from } of edges.filter(({ to }) => to === at)) {
      if (kept.has(from)) continue;
      kept.add(from);
      if (!from.startsWith('version:')) wanted.push(from);
    }
  }
  for (const { from, to } of edges) if (from === own) kept.add(to);
  return {
    nodes: nodes.filter(({ id }) => kept.has(id)),
    edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
}

/**
 * The devices that run it now, led to from the version itself: which rollout brought it to them is not in the lineage, and
 * some got it by a standing release or an order.
 */
export function withDevices({ nodes, edges }: Lineage, version: string, running: number | undefined): Graph {
  if (running === undefined) return { nodes, edges };
  const title = running === 1 ? '1 device now' : `${running.toLocaleString('en')} devices now`;
  const devices: Node = { id: 'devices:now', kind: 'devices', title, at: null };
  return {
    nodes: [...nodes, devices],
    edges: [...edges, { from: `version:${version}`, to: devices.id, what: 'runs on' }],
  };
}

/** Columns by kind, the newest on top. */
export function placed({ nodes }: Graph): PlacedColumn[] {
  return ORDER.flatMap((kind) => {
    const own = nodes
      .filter((node) => node.kind === kind)
      .toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0) || a.title.localeCompare(b.title));
    return own.length === 0 ? [] : [{ kind, nodes: own }];
  });
}
