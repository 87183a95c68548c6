import type { pipelineRuns, pipelines, pipelineSteps } from '../../../platform/db/index.ts';
import { pipelineSpec, type PipelineSpec, type Scalar, type TriggerKind } from '../file/spec.ts';
import type { Values } from '../steps/kind.ts';

export type RunState = (typeof pipelineRuns.$inferSelect)['state'];
export type StepState = (typeof pipelineSteps.$inferSelect)['state'];

/** Under way: a second run of the pipeline waits for it. */
export const UNDER_WAY: readonly RunState[] = ['running', 'waiting'];
export const OVER: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];
/** The result of a step that what comes after it may use. */
export const DONE: readonly StepState[] = ['succeeded', 'cached'];

/** What started a run. `sentence` is for people. */
export interface Cause {
  kind: TriggerKind | 'operator';
  sentence: string;
}

export interface Pipeline {
  name: string;
  spec: PipelineSpec;
  state: 'active' | 'paused';
  nextAt: number | null;
  timedFrom: number;
  /** Whether something outside may start it. */
  hasSecret: boolean;
  revision: number;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
}

export interface PipelineRun {
  id: string;
  pipeline: string;
  spec: PipelineSpec;
  parameters: Record<string, Scalar>;
  cause: Cause;
  gitCommit: string | null;
  noCache: boolean;
  state: RunState;
  note: string;
  actor: string;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  error: { code: string; message: string } | null;
}

/** One attempt. */
export interface StepAttempt {
  step: string;
  attempt: number;
  state: StepState;
  key: string | null;
  /** Of a step that waits: what for. */
  outputs: Values;
  says: string;
  startedAt: number;
  endedAt: number | null;
  retryAt: number | null;
  fromRun: string | null;
  error: { code: string; message: string; field?: string } | null;
}

export function pipelineOf(row: typeof pipelines.$inferSelect): Pipeline {
  const { spec, secret, ...rest } = row;
  return { ...rest, spec: pipelineSpec.parse(JSON.parse(spec)), hasSecret: secret !== null };
}

export function runOf(row: typeof pipelineRuns.$inferSelect): PipelineRun {
  const { spec, parameters, cause, causeKey: _key, noCache, errorCode, errorMessage, ...rest } = row;
  return {
    ...rest,
    spec: pipelineSpec.parse(JSON.parse(spec)),
    parameters: JSON.parse(parameters) as PipelineRun['parameters'],
    cause: JSON.parse(cause) as Cause,
    noCache: noCache === 1,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
  };
}

export function attemptOf(row: typeof pipelineSteps.$inferSelect): StepAttempt {
  const { run: _run, outputs, errorCode, errorMessage, errorField, ...rest } = row;
  return {
    ...rest,
    outputs: JSON.parse(outputs) as Values,
    error:
      errorCode === null
        ? null
        : { code: errorCode, message: errorMessage ?? '', ...(errorField !== null && { field: errorField }) },
  };
}
