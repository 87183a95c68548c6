import type { runs } from '../../../platform/db/index.ts';
import type { Database } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';

/** What the verbs of runs need. */
export interface RunDeps {
  database: Database;
  artifacts: ArtifactStore;
  now: () => number;
}

export type RunKind = 'train' | 'import' | 'retrain';
export type RunState = 'running' | 'finished' | 'failed' | 'stopped';

/** Figures by name; null where one could not be computed, for instance an AUC over one class. */
export type Figures = Record<string, number | null>;

/** How a run did. A figure has the same name everywhere: `auc`, `brier`, `accuracy` … */
export interface RunMetrics {
  /** Over all rows that were scored out of fold, or the mean over folds. */
  values: Figures;
  /** Fold by fold; runs with the same `key` had the very same folds, so their figures pair. */
  folds?: { key: string; rowsTrain: number[]; rowsValid: number[]; values: Record<string, (number | null)[]> };
  /** On rows that neither search nor choice has seen. */
  holdout?: Figures;
  gate?: { verdict: 'pass' | 'refuse'; reasons: { code: string; sentence: string }[] };
}

export interface RunArtifact {
  name: string;
  mediaType: string;
  sha256: string;
  sizeBytes: number;
}

export interface Run {
  id: string;
  experiment: string;
  kind: RunKind;
  state: RunState;
  dataset: { name: string; version: string } | null;
  settings: Record<string, unknown>;
  seed: number | null;
  codeVersion: string;
  actor: string;
  tags: Record<string, string>;
  parent: string | null;
  metrics: RunMetrics;
  /** What came of it. */
  result: { line: string; version: string } | null;
  error: { code: string; message: string } | null;
  startedAt: number;
  endedAt: number | null;
  archivedAt: number | null;
}

export function readRun(row: typeof runs.$inferSelect): Run {
  const { datasetName, datasetVersion, line, version, errorCode, errorMessage, settings, tags, metrics, ...rest } = row;
  return {
    ...rest,
    dataset: datasetVersion === null ? null : { name: datasetName ?? '', version: datasetVersion },
    settings: JSON.parse(settings) as Run['settings'],
    tags: JSON.parse(tags) as Run['tags'],
    metrics: JSON.parse(metrics) as RunMetrics,
    result: line === null || version === null ? null : { line, version },
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
  };
}
