import type { TensorValues } from '@plumbline/shared/onnx';
/** A runtime that devices use: onnxruntime-node on gateways, onnxruntime-web as wasm on tablets. */
export const ENGINES = ['node', 'wasm'] as const;
export type Engine = (typeof ENGINES)[number];

/** Element types that a JavaScript runtime exchanges; float16 travels as its 16 bits. */
export type LabData = TensorValues;

/** One named tensor, row-major. `dtype` is the name that model inspection prints: float32, int64, bool, string … */
export interface LabTensor {
  name: string;
  dtype: string;
  dims: number[];
  data: LabData;
}

/** What one call of a session takes: a tensor for every graph input. */
export type LabRun = readonly LabTensor[];

export interface LabLimits {
  deadlineMs: number;
  /** What the model may take beyond the runtime itself, 2^20 bytes. */
  memoryMb: number;
}

export interface LabJob extends LabLimits {
  engine: Engine;
  model: Uint8Array;
  runs: readonly LabRun[];
  /** Graph outputs to bring back; all of them when absent. */
  outputs?: readonly string[];
}

/** Calls of two models in turn in one process, so that whatever else the machine does meets both. */
export interface RaceJob extends LabLimits {
  engine: Engine;
  contender: Uint8Array;
  baseline: Uint8Array;
  run: LabRun;
  /** How many pairs of samples; each sample is the mean of `callsPerSample` calls. */
  pairs: number;
  callsPerSample: number;
}

export type LabFailure = { ok: false; reason: 'crashed' | 'timed_out' | 'failed'; detail: string };

/** Outputs of each run, in order of the graph. `peakMb`: memory beyond the empty runtime, 2^20 bytes. */
export type LabResult =
  | { ok: true; outputs: LabTensor[][]; loadMs: number; runMs: number; peakMb: number }
  | LabFailure;

/** Microseconds a call, pair by pair: `contenderUs[i]` was measured right beside `baselineUs[i]`. */
export type RaceResult = { ok: true; contenderUs: number[]; baselineUs: number[] } | LabFailure;

/** A model that is kept ready in a child of its own while it is asked; what asks it seldom pays for loading it again. */
export interface HeldModel {
  /** Calls wait for each other. The deadline counts from the beginning of each, and holds for loading as well. */
  run(runs: readonly LabRun[], deadlineMs: number): Promise<HeldResult>;
  /** Ends the child. */
  close(): Promise<void>;
}

export type HeldResult = { ok: true; outputs: LabTensor[][] } | LabFailure;

/**
 * Loads and runs models nobody trusts, on either runtime, in child processes with a memory limit and a deadline.
 * A crash, a hang or an abort is an answer; the caller always goes on.
 */
export interface ModelLab {
  run(job: LabJob): Promise<LabResult>;
  race(job: RaceJob): Promise<RaceResult>;
  /**
   * A model for many calls. Nothing is started before the first; a child that waits for 15 s gives its memory back, and
   * the next call loads the model again. Whoever holds it closes it.
   */
  hold(job: Omit<LabJob, 'runs' | 'deadlineMs'>): HeldModel;
  close(): Promise<void>;
}
