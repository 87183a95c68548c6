import type { Dataset } from '../dataset.ts';
import { assessQuality, type QualityReport } from '../quality/index.ts';
import { summary, type DatasetSummary } from '../summary.ts';
import { datasetVersion } from '../version.ts';

/** All that is computed from the rows of a dataset before it is kept. */
export interface LookedOver {
  /** Of its rows, whatever it says of itself. */
  version: string;
  quality: QualityReport;
  summary: DatasetSummary;
}

/** Pure; seconds for a large table. */
export function lookOver(dataset: Dataset): LookedOver {
  return { version: datasetVersion(dataset), quality: assessQuality(dataset), summary: summary(dataset) };
}
