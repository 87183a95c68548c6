import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@plumbline/shared/errors';
import type { PipelineRun, StepAttempt } from '../../../learning/pipelines/index.ts';
import { latestOf } from '../../../learning/pipelines/runs/read.ts';
import type { Client } from '../../approver/client.ts';
import { table } from '../output.ts';

export interface ShownRun {
  run: PipelineRun;
  attempts: StepAttempt[];
}

const OVER = ['succeeded', 'failed', 'cancelled'];
const ASK_AGAIN_MS = 1000;

export function pathOf(pipeline: string): string {
  return `/api/v1/pipelines/${encodeURIComponent(pipeline)}`;
}

/** The run that is asked for: the one named, or the newest. @throws CodedError `pipeline_run_unknown` where there is none */
export async function latestRun(
  client: Client,
  pipeline: string,
  named: string | undefined,
  { isOpen = false } = {},
): Promise<string> {
  if (named !== undefined) return named;
  const { runs } = await client.get<{ runs: PipelineRun[] }>(pathOf(pipeline));
  const open = runs.filter(({ state }) => !OVER.includes(state));
  const found = isOpen ? (open.at(-1) ?? undefined) : runs[0];
  if (found !== undefined) return found.id;
  const what = isOpen ? 'no run that is not over' : 'no run';
  throw new CodedError('pipeline_run_unknown', `${pipeline} has ${what}`, { kind: 'not-found', field: 'pipeline' });
}

export async function readRun(client: Client, id: string): Promise<ShownRun> {
  return client.get<ShownRun>(`/api/v1/pipeline-runs/${encodeURIComponent(id)}`);
}

/** Asks until it is over. */
export async function waitForRun(client: Client, id: string): Promise<ShownRun> {
  for (;;) {
    const shown = await readRun(client, id);
    if (OVER.includes(shown.run.state)) return shown;
    await sleep(ASK_AGAIN_MS);
  }
}

/** Step, state, seconds, whether it was taken from an earlier run, and what came of it. */
export function showRun({ run, attempts }: ShownRun): string {
  const latest = latestOf(attempts);
  const rows = run.spec.steps.map(({ name }) => {
    const last = latest.get(name);
    if (last === undefined) return [name, 'pending', '', '', ''];
    const { state, attempt, startedAt, endedAt, fromRun, says, error } = last;
    const seconds = endedAt === null ? '' : ((endedAt - startedAt) / 1000).toFixed(1);
    const tried = attempt > 1 ? ` (attempt ${attempt})` : '';
    return [
      name,
      `${state}${tried}`,
      seconds,
      fromRun ?? '',
      error === null ? says : `${error.code}: ${error.message}`,
    ];
  });
  const head = `${run.id} of ${run.pipeline}: ${run.state}, ${run.cause.sentence}, ${timeOf(run.createdAt)}`;
  return [
    head,
    ...(run.gitCommit === null ? [] : [`commit ${run.gitCommit}`]),
    ...(run.error === null ? [] : [`${run.error.code}: ${run.error.message}`]),
    ...(run.note === '' ? [] : [run.note]),
    table(['step', 'state', 'seconds', 'cached from', 'result'], rows),
  ].join('\n');
}

export function timeOf(at: number | null | undefined): string {
  return at === null || at === undefined ? '–' : new Date(at).toISOString().slice(0, 19);
}
