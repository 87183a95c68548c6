import { loadDataset, registerDatasets, type DatasetDeps, type Registered } from '../kept/index.ts';
import { splitDataset, type SplitOptions } from './split.ts';

export interface RegisteredSplit {
  train: Registered & { rows: number };
  holdout: Registered & { rows: number };
  leftOut: number;
  groupsOnBothSides: number;
  cutAt?: number;
}

/** Splits a registered version into two new ones that name it as what they were made from. */
export async function registerSplit(
  deps: DatasetDeps,
  actor: string,
  reference: string,
  options: SplitOptions,
): Promise<RegisteredSplit> {
  const { train, holdout, ...about } = splitDataset(await loadDataset(deps, reference), options);
  const [first, second] = await registerDatasets(deps, actor, [train, holdout]);
  return {
    train: { ...first!, rows: train.examples.length },
    holdout: { ...second!, rows: holdout.examples.length },
    ...about,
  };
}
