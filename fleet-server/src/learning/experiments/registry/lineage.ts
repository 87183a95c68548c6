import { asc, datasetParents, datasets, eq, inArray, rollouts, runs, type ReadDb } from '../../../platform/db/index.ts';
import { getModel, listModels, type VersionSummary } from '../../../supply/models/index.ts';

export type LineageKind = 'source' | 'dataset' | 'run' | 'version' | 'rollout';

export interface LineageNode {
  /** `kind:name`. */
  id: string;
  kind: LineageKind;
  title: string;
  /** When it came to be, ms; null where nobody knows. */
  at: number | null;
}

/** `from` was made into, or led to, `to`. */
export interface LineageEdge {
  from: string;
  to: string;
  what: string;
}

export interface Lineage {
  nodes: LineageNode[];
  edges: LineageEdge[];
}

/** A dataset that was made from that many others before it is a mistake in the data. */
const MAX_GENERATIONS = 50;

/**
 * Where a version comes from and where it went: files → datasets → run → version, its predecessors, its rollouts.
 * @throws ModelError `model_unknown`
 */
export async function lineageOf(db: ReadDb, line: string, version: string): Promise<Lineage> {
  await getModel(db, line, version);
  const all = new Map((await listModels(db, line)).map((one) => [one.version, one]));
  const graph = collector();
  const wanted: string[] = [];
  for (let at: string | null = version; at !== null && !wanted.includes(at); at = all.get(at)?.predecessor ?? null)
    wanted.push(at);
  const versions = wanted.flatMap((one) => all.get(one) ?? []);
  for (const one of versions) {
    graph.node('version', one.version, `${line}@${one.version} (${one.algorithm}, ${one.state})`, one.createdAt);
    if (one.predecessor !== null && all.has(one.predecessor))
      graph.edge('version', one.predecessor, 'version', one.version, 'followed by');
  }
  const made = await db.select().from(runs).where(eq(runs.line, line)).orderBy(asc(runs.startedAt));
  const datasetsOf = new Map<string, string>();
  for (const one of versions) {
    const own = made.filter((run) => run.version === one.version);
    const learned = datasetOfCard(one);
    for (const run of own) {
      graph.node('run', run.id, `${run.kind} ${run.experiment}`, run.startedAt);
      graph.edge('run', run.id, 'version', one.version, 'registered');
      if (run.datasetVersion === null) continue;
      datasetsOf.set(run.datasetVersion, run.datasetName ?? '');
      // Rows given with a model from elsewhere judge it; what it learned from nobody knows.
      const what = run.kind === 'import' ? 'judged' : 'was learned from';
      graph.edge('dataset', run.datasetVersion, 'run', run.id, what);
    }
    if (learned !== undefined) {
      datasetsOf.set(learned.version, learned.name);
      if (own.length === 0) graph.edge('dataset', learned.version, 'version', one.version, 'was learned from');
    }
  }
  await addDatasets(db, graph, datasetsOf);
  const given = await db.select().from(rollouts).where(eq(rollouts.line, line)).orderBy(asc(rollouts.createdAt));
  for (const rollout of given.filter((one) => wanted.includes(one.version))) {
    graph.node(
      'rollout',
      rollout.id,
      `${rollout.name ?? rollout.id} (${rollout.status ?? 'unknown'})`,
      rollout.createdAt,
    );
    graph.edge('version', rollout.version, 'rollout', rollout.id, 'rolled out');
  }
  return graph.done();
}

function datasetOfCard({ card }: VersionSummary): { name: string; version: string } | undefined {
  const dataset = card['dataset'] as { name?: unknown; version?: unknown } | undefined;
  if (typeof dataset?.name !== 'string' || typeof dataset.version !== 'string') return undefined;
  return { name: dataset.name, version: dataset.version };
}

async function addDatasets(db: ReadDb, graph: Collector, named: ReadonlyMap<string, string>): Promise<void> {
  let generation = [...named.keys()];
  const seen = new Set<string>();
  for (let count = 0; generation.length > 0 && count < MAX_GENERATIONS; count++) {
    for (const version of generation) seen.add(version);
    const kept = await db.select().from(datasets).where(inArray(datasets.version, generation));
    for (const version of generation) {
      const row = kept.find((one) => one.version === version);
      const name = row?.name ?? named.get(version) ?? 'a dataset that is not registered';
      graph.node(
        'dataset',
        version,
        `${name}@${version.slice(0, 16)}${row === undefined ? '' : `, ${row.rows} rows`}`,
        row?.createdAt ?? null,
      );
      for (const source of sourcesOf(row?.sources ?? null)) {
        graph.node('source', source.sha256, `${source.name}, ${source.rows} rows`, null);
        graph.edge('source', source.sha256, 'dataset', version, 'was read into');
      }
    }
    const parents = await db.select().from(datasetParents).where(inArray(datasetParents.child, generation));
    for (const { child, parent, operation } of parents)
      graph.edge('dataset', versionOf(parent), 'dataset', child, operation);
    generation = [...new Set(parents.map(({ parent }) => versionOf(parent)))].filter((version) => !seen.has(version));
  }
}

/** Parents are named `NAME@VERSION`, or by the version alone. */
function versionOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('@') + 1);
}

function sourcesOf(text: string | null): { name: string; sha256: string; rows: number }[] {
  return text === null ? [] : (JSON.parse(text) as { name: string; sha256: string; rows: number }[]);
}

type Collector = ReturnType<typeof collector>;

function collector() {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  return {
    node(kind: LineageKind, name: string, title: string, at: number | null): void {
      const id = `${kind}:${name}`;
      if (!nodes.has(id)) nodes.set(id, { id, kind, title, at });
    },
    edge(fromKind: LineageKind, from: string, toKind: LineageKind, to: string, what: string): void {
      const edge = { from: `${fromKind}:${from}`, to: `${toKind}:${to}`, what };
      edges.set(`${edge.from} ${edge.to}`, edge);
    },
    done: (): Lineage => ({ nodes: [...nodes.values()], edges: [...edges.values()] }),
  };
}
