import type { z } from 'zod';
import type { Logger } from 'pino';
import type { RolloutDeps } from '../../../delivery/rollouts/index.ts';
import type { ModelLab } from '../../../platform/ports/index.ts';
import type { PublishDeps } from '../../../supply/models/index.ts';
import type { Scalar } from '../file/spec.ts';

/**
 * What an output is. `dataset` and `release` are names with a version (`NAME@VERSION`); the last four are SHA-256 of
 * artifacts that only steps read.
 */
export type ValueType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'dataset'
  | 'release'
  | 'trained'
  | 'evaluated'
  | 'registered'
  | 'optimized';

/** Null: a figure that could not be computed. */
export type Values = Record<string, Scalar | null>;

/** What verbs behind the steps need. */
export interface PipelineDeps extends PublishDeps {
  desk: PublishDeps['desk'] & RolloutDeps['desk'];
  lab: ModelLab;
  log: Logger;
  /** `data/`: files that a `data` step may read; `work/RUN/`: what a search needs to go on where it was. */
  folder: string;
}

/** What a step knows of where it stands. */
export interface StepContext {
  deps: PipelineDeps;
  actor: string;
  pipeline: string;
  run: string;
  step: string;
  /** By which an effect of this very step is found again when its record was lost: the same for the same inputs. */
  effectKey: string;
  /** When the run began, ms. */
  startedAt: number;
  /** Whether results of earlier runs count. */
  isForced: boolean;
  gitCommit: string | undefined;
  /** For files of this step; it need not exist yet. */
  workFolder: string;
  signal: AbortSignal;
  /** A line for `pipelines logs`. */
  say(line: string): void;
}

/** Done, or waiting for somebody else; `says` is one sentence for people. */
export type StepAnswer = { outputs: Values; says: string } | { waitingFor: Values; says: string };

interface TypedKind<Inputs extends z.ZodObject> {
  /** Rises when the same inputs would give another result than before. */
  contract: number;
  inputs: Inputs;
  /** Inputs that are outputs of a certain type. */
  takes: { [Name in keyof z.input<Inputs>]?: ValueType };
  outputs: Record<string, ValueType>;
  /** Inputs that the result does not depend on. */
  indifferent?: readonly (keyof z.input<Inputs> & string)[];
  /** What the result depends on beside the inputs: hashes of files. Undefined: an earlier result never counts. */
  fingerprint?(deps: PipelineDeps, inputs: z.output<Inputs>): Promise<unknown>;
  /** Whether an earlier result is still true; artifacts are looked for by themselves. */
  isStill?(deps: PipelineDeps, outputs: Values): Promise<boolean>;
  run(context: StepContext, inputs: z.output<Inputs>): Promise<StepAnswer>;
  /** Asked again and again of a step that waits. */
  look?(context: StepContext, waitingFor: Values, inputs: z.output<Inputs>): Promise<StepAnswer>;
}

/** A kind of step whose inputs only itself knows. */
export interface StepKind extends Omit<TypedKind<z.ZodObject>, 'takes' | 'indifferent'> {
  takes: Readonly<Record<string, ValueType | undefined>>;
  indifferent?: readonly string[];
}

/** What `inputs` answered is what `run`, `look` and `fingerprint` are given. */
export function defineStep<Inputs extends z.ZodObject>(kind: TypedKind<Inputs>): StepKind {
  return kind as unknown as StepKind;
}
