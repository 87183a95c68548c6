import { listModels } from '../../../supply/models/index.ts';
import { featuresOf, openBundle } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import { DatasetError } from '../errors.ts';
import { formatDay } from '../values/parse-date.ts';
import { loadDataset, registerDataset, type DatasetDeps, type Registered } from '../kept/index.ts';
import { fleetDataset } from './fleet-dataset.ts';

export interface FleetDatasetInput {
  /** `NAME@VERSION` to begin with. */
  base: string;
  /** The line whose outcomes the sites recorded. */
  line: string;
  /** Only what was known before, ms; without it, now. */
  asOf?: number;
}

/** `rows` in all, `added` from the fleet, `left` of the base because they were not known yet. */
export type RegisteredFleet = Registered & { rows: number; added: number; left: number };

/**
 * Registers what the fleet has learned as a new version of its base. @throws DatasetError `dataset_unknown`, `dataset_line`
 * when the line has another target or asks for columns that the base has not, `dataset_same` when nothing was added
 */
export async function registerFleetDataset(
  deps: DatasetDeps,
  actor: string,
  { base, line, asOf = deps.now() }: FleetDatasetInput,
): Promise<RegisteredFleet> {
  const start = await loadDataset(deps, base);
  await requireFits(deps, line, new Set(start.features.map(({ name }) => name)));
  const grown = await fleetDataset(deps.database.db, start, asOf);
  const own = new Set(start.examples.map(({ ref }) => ref));
  const added = grown.examples.filter(({ ref }) => !own.has(ref)).length;
  const left = start.examples.length - (grown.examples.length - added);
  if (grown.version === start.version) {
    throw new DatasetError('dataset_same', `the sites have recorded nothing that ${base} does not hold`, {
      kind: 'refused',
      field: 'asOf',
      expected: 'outcomes of activities with plans, observed before that time',
    });
  }
  const { rejected: _rejected, counts: _counts, findings: all = [], censoring: _censoring, ...kept } = grown;
  // What was left out now; what a reader saw in the files of the base stays with the base.
  const findings = all.slice(start.findings?.length ?? 0);
  const operation = `outcomes of the fleet for ${line}, known before ${formatDay(asOf)}: ${added} rows added`;
  const dataset = {
    ...kept,
    rejected: [],
    counts: { kept: grown.examples.length },
    ...(findings.length > 0 && { findings }),
    derivedFrom: [{ dataset: `${start.name}@${start.version}`, operation }],
  };
  return { ...(await registerDataset(deps, actor, dataset)), rows: grown.examples.length, added, left };
}

/** The newest version of the line takes no column that the base lacks: otherwise its outcomes are of something else. */
async function requireFits(deps: DatasetDeps, line: string, columns: ReadonlySet<string>): Promise<void> {
  const [newest] = await listModels(deps.database.db, line);
  const [variant] = newest?.variants ?? [];
  if (variant === undefined) {
    throw new DatasetError('dataset_line', `there is no line '${line}'`, {
      kind: 'not-found',
      field: 'line',
      expected: 'a line that `models list` shows',
    });
  }
  const { manifest } = await openBundle(await deps.artifacts.get(variant.archive), async (bytes) => sha256Hex(bytes));
  const strange = featuresOf(manifest).find(({ name }) => !columns.has(name));
  if (strange === undefined) return;
  throw new DatasetError('dataset_line', `'${line}' asks for '${strange.name}', which the base has not`, {
    kind: 'refused',
    field: 'base',
    expected: 'the dataset that the line learns from',
  });
}
