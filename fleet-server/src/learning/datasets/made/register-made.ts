import { DatasetError } from '../errors.ts';
import { loadDataset, registerDataset, type DatasetDeps, type Registered } from '../kept/index.ts';
import { concatDatasets } from './concat-datasets.ts';
import { filterDataset } from './filter-dataset.ts';

/** Of a dataset that is made on the server, as the API takes them. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MOST_PARTS = 100;

export interface FilterOrder {
  /** `NAME@VERSION`. */
  dataset: string;
  where: string;
  name: string;
}

export type RegisteredFilter = Registered & { rows: number; leftOut: number; open: number };

/** Registers the rows of a version for which a condition holds. @throws what `loadDataset` and `filterDataset` throw */
export async function registerFilter(deps: DatasetDeps, actor: string, order: FilterOrder): Promise<RegisteredFilter> {
  requireName(order.name);
  const whole = await loadDataset(deps, order.dataset);
  const { dataset, ...about } = filterDataset(whole, order.where, order.name);
  return { ...(await registerDataset(deps, actor, dataset)), rows: dataset.examples.length, ...about };
}

export interface ConcatOrder {
  /** `NAME@VERSION` each. */
  datasets: readonly string[];
  name: string;
}

export type RegisteredConcat = Registered & { rows: number; repeated: number };

/** Registers several versions as one. @throws what `loadDataset` and `concatDatasets` throw */
export async function registerConcat(deps: DatasetDeps, actor: string, order: ConcatOrder): Promise<RegisteredConcat> {
  requireName(order.name);
  if (order.datasets.length > MOST_PARTS) {
    throw new DatasetError('dataset_too_large', `${order.datasets.length} datasets at once`, {
      kind: 'too-large',
      field: 'datasets',
      expected: `at most ${MOST_PARTS}`,
    });
  }
  const parts = [];
  for (const reference of order.datasets) parts.push(await loadDataset(deps, reference));
  const { dataset, repeated } = concatDatasets(parts, order.name);
  return { ...(await registerDataset(deps, actor, dataset)), rows: dataset.examples.length, repeated };
}

function requireName(name: string): void {
  if (NAME.test(name)) return;
  throw new DatasetError('dataset_name', `'${name}' is no name for a dataset`, {
    field: 'name',
    expected: 'letters, digits, dots, lines and underscores; at most 64, a letter or digit first',
  });
}
