import type { Feed, RunOutputs } from '@plumbline/shared/predict';

/** A loaded model. `run` is called for one run at a time. */
export interface Session {
  run(feeds: Feed[], outputs: string[]): Promise<RunOutputs>;
  close(): Promise<void>;
}

/** The ONNX runtime in the predicting process. Only committed models, or ones that passed their trial, come here. */
export interface Inference {
  /** Name and version, for reports: `onnxruntime-node 1.30.0`. */
  readonly runtime: string;
  /** @throws InferenceError `model_unloadable` */
  load(model: Uint8Array): Promise<Session>;
}
