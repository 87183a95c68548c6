import { randomBytes } from 'node:crypto';
import type { Dataset } from '../../datasets/index.ts';
import { record } from '../../../platform/audit/index.ts';
import { runs } from '../../../platform/db/index.ts';
import { CODE_VERSION } from './code-version.ts';
import { requireTags, requireText, settingsText } from './limits.ts';
import { readRun, type Run, type RunDeps, type RunKind } from './run.ts';
import { showRun } from './show.ts';

export interface StartInput {
  /** What it is part of, for people: runs of one experiment are compared. */
  experiment: string;
  kind: RunKind;
  dataset?: Pick<Dataset, 'name' | 'version'>;
  settings?: Record<string, unknown>;
  seed?: number;
  tags?: Record<string, string>;
  parent?: string;
  /** When it began, ms; now without. For a run that is recorded after it has ended. */
  startedAt?: number;
  /** Of the program that computed it, where that was not this one. */
  codeVersion?: string;
}

/**
 * Writes down that a run has begun, before anything is computed: whatever becomes of the process, the run is known.
 * @throws ExperimentError `run_malformed`, `run_unknown` for the parent
 */
export async function startRun(deps: RunDeps, actor: string, input: StartInput): Promise<Run> {
  const { experiment, kind, dataset, settings = {}, seed, tags = {}, parent } = input;
  requireText('experiment', experiment);
  requireTags(tags);
  const { codeVersion = CODE_VERSION } = input;
  requireText('codeVersion', codeVersion);
  if (parent !== undefined) await showRun(deps.database.db, parent);
  const id = `run-${randomBytes(6).toString('hex')}`;
  const row: typeof runs.$inferSelect = {
    id,
    experiment,
    kind,
    state: 'running',
    datasetName: dataset?.name ?? null,
    datasetVersion: dataset?.version ?? null,
    settings: settingsText(settings),
    seed: seed ?? null,
    codeVersion,
    actor,
    tags: JSON.stringify(tags),
    parent: parent ?? null,
    metrics: JSON.stringify({ values: {} }),
    line: null,
    version: null,
    errorCode: null,
    errorMessage: null,
    startedAt: input.startedAt ?? deps.now(),
    endedAt: null,
    archivedAt: null,
  };
  await deps.database.transaction(async (tx) => {
    await tx.insert(runs).values(row);
    const details = { experiment, kind, dataset: dataset?.version ?? null, parent: parent ?? null };
    await record(tx, { actor, action: 'runs.start', subject: `run:${id}`, details });
  });
  return readRun(row);
}
