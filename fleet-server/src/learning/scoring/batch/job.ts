import { name } from '@plumbline/shared/trust';
import { z } from 'zod';
import type { batchJobs, batchResults } from '../../../platform/db/index.ts';
import { MAX_REASONS } from '../predict/question.ts';

/** Which rows: a version of a dataset, a file that was uploaded as an artifact, or what is planned and not over. */
export const batchSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dataset'), dataset: z.string().min(1).max(256) }),
  z.strictObject({
    kind: z.literal('upload'),
    artifact: z.string().regex(/^[0-9a-f]{64}$/),
    /** For people. */
    name: z.string().max(256),
  }),
  /** Without a site: of all sites. */
  z.strictObject({ kind: z.literal('activities'), site: name.optional() }),
]);
export type BatchSource = z.infer<typeof batchSource>;

const DEFAULT_KEPT_RUNS = 30;
const MOST_KEPT_RUNS = 1_000;

/** A job as a person orders it. */
export const newBatchJob = z.strictObject({
  id: name,
  /** NAME, NAME@VERSION or NAME@ALIAS: resolved by each run. */
  model: z.string().min(1).max(200),
  source: batchSource,
  /** Five fields; without it the job runs once. */
  cron: z.string().max(128).optional(),
  zone: z.string().max(64).default('UTC'),
  reasons: z.number().int().min(0).max(MAX_REASONS).default(0),
  keepRuns: z.number().int().min(1).max(MOST_KEPT_RUNS).default(DEFAULT_KEPT_RUNS),
});
export type NewBatchJob = z.infer<typeof newBatchJob>;

export interface BatchJob {
  id: string;
  model: string;
  source: BatchSource;
  cron?: string;
  zone: string;
  reasons: number;
  keepRuns: number;
  state: 'active' | 'paused' | 'done';
  nextAt?: number;
  /** The time for which it runs just now. */
  runningFor?: number;
  revision: number;
  createdBy: string;
  createdAt: number;
}

/** Figures of the scores of a run. */
export interface BatchSummary {
  /** Rows without a score, by code. */
  bad: Record<string, number>;
  labels: Record<string, number>;
  mean?: number;
  min?: number;
  max?: number;
  /** Columns of the model that the rows lack. */
  absent: string[];
}

export interface BatchRun {
  job: string;
  run: number;
  state: 'succeeded' | 'failed';
  dueAt: number;
  startedAt: number;
  finishedAt: number;
  line?: string;
  version?: string;
  /** Of the bundle that the reference meant. */
  sha256?: string;
  rows: number;
  bad: number;
  artifact?: string;
  summary?: BatchSummary;
  error?: { code: string; message: string; field?: string };
}

export function jobOf(row: typeof batchJobs.$inferSelect): BatchJob {
  const { source, cron, nextAt, runningFor, runningSince: _since, ...rest } = row;
  return {
    ...rest,
    source: batchSource.parse(JSON.parse(source)),
    ...(cron !== null && { cron }),
    ...(nextAt !== null && { nextAt }),
    ...(runningFor !== null && { runningFor }),
  };
}

export function runOf(row: typeof batchResults.$inferSelect): BatchRun {
  const { line, version, sha256, artifact, summary, ...rest } = row;
  const told = JSON.parse(summary) as BatchSummary & NonNullable<BatchRun['error']>;
  return {
    ...rest,
    ...(line !== null && { line }),
    ...(version !== null && { version }),
    ...(sha256 !== null && { sha256 }),
    ...(artifact !== null && { artifact }),
    ...(rest.state === 'succeeded' ? { summary: told } : { error: told }),
  };
}
