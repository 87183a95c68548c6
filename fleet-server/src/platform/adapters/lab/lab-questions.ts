import type { LabRun } from '../../ports/index.ts';

/** What the child is asked. A model is sent once; its runs follow in parts, and answers come back in parts. */
export type LabQuestion =
  | { type: 'load'; model: Uint8Array; outputs: readonly string[] | undefined }
  | { type: 'run'; runs: readonly LabRun[] }
  /** The next answers to the runs of the last `run`. */
  | { type: 'more' }
  | { type: 'end' }
  | {
      type: 'race';
      contender: Uint8Array;
      baseline: Uint8Array;
      run: LabRun;
      pairs: number;
      callsPerSample: number;
    };

/** Messages hold about this much, and at least one run: what waits in pipes and buffers is memory, too. */
export const PART_BYTES = 8 * 2 ** 20;
/** More answers in one part would show up in the peak as garbage of JavaScript. */
export const PART_RUNS = 500;
