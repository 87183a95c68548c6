import type { Profile } from '@plumbline/firmware-profiles';
import type { GraphInput, GraphOutput } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import type { Engine, LabTensor, ModelLab } from '../../../platform/ports/index.ts';
import { cleanForRuntime, decodeModel } from '../../onnx/index.ts';
import type { Figures, Metric } from '../judge/figures.ts';
import type { Gate } from '../judge/gates.ts';
import type { Latency } from '../judge/latency.ts';
import { generateSamples, joinSets, type SampleSet } from '../samples/index.ts';
import { generatedRows } from '../splits/generated-rows.ts';
import { splitsOf } from '../splits/sample-splits.ts';
import { compareExpected, type Expected } from './expected.ts';
import { NeverRan, searchEncodings, type Searched } from './search.ts';
import { PLAIN, type Trial, type Verdict } from './trial.ts';
import { trialRows, type TrialRow } from './trial-row.ts';

/** A model as a person hands it over, with what they know of it. */
export interface FileSubject {
  name: string;
  bytes: Uint8Array;
  inputs?: GraphInput[];
  output?: GraphOutput;
}

export interface FileOptions {
  profile: Profile;
  /** Inputs to judge by; made up where there are none, and added to where there are few. */
  samples?: SampleSet;
  /** Used where the samples have labels. */
  metric?: Metric;
  seed: number;
  onProgress?: (sentence: string) => void;
}

/** One encoding for one profile: the row of the card, with the gates one by one and the latency beside it. */
export interface FileTrial extends Omit<TrialRow, 'variant' | 'chosenFor' | 'agreement' | 'maxDiff'> {
  /** Null when it answered on neither engine, or not with numbers. */
  agreement: number | null;
  maxDiff: number | null;
  /** Of one row; null on an engine where it was not measured: refused before, or the model as it came. */
  latency: Record<Engine, Latency | null>;
  /** By engine; absent where it did not run. */
  gates: Partial<Record<Engine, Gate[]>>;
}

export interface OptimizedFile {
  model: { name: string; sha256: string; sizeBytes: number; families: string[]; changes: string[] };
  profile: string;
  seed: number;
  /** Engines on which the model as it came runs and says the same, and why not on the other. */
  engines: Engine[];
  without: Searched['without'];
  /** Difference of the two engines on the model as it came. */
  apart: Figures | null;
  samples: { given: number; generated: number; expected: Expected | null };
  outcome: 'optimized' | 'unchanged' | 'refused';
  /** Why it is as it is, for a person. */
  reason: string;
  /** Figures are those of rows that took no part in choosing. Null when no encoding passed. */
  chosen: { recipe: string; sha256: string; bytes: number; wire: TrialRow['wire']; final: Figures } | null;
  trials: FileTrial[];
  /** Encodings that passed, by recipe. */
  passing: { recipe: string; bytes: Uint8Array }[];
}

/** Fewer given rows than this are joined by made-up ones. */
const ENOUGH_ROWS = 60;

/**
 * Finds the right bytes for one class of devices, from a file alone.
 * @throws OnnxError for bytes that are no usable model; ModelError `model_trial_failed` when it runs nowhere
 */
export async function optimizeFile(
  { lab }: { lab: ModelLab },
  subject: FileSubject,
  { profile, samples, metric, seed, onProgress }: FileOptions,
): Promise<OptimizedFile> {
  const { bytes, changes } = cleanForRuntime(subject.bytes);
  const search = (set: SampleSet) =>
    searchEncodings(lab, bytes, {
      profiles: [profile],
      splits: splitsOf(set, seed),
      ...(subject.output && { output: subject.output }),
      ...(metric && { metric }),
      ...(onProgress && { onProgress }),
    });
  const { set, searched } = await firstThatRuns(setsOf(bytes, samples, seed), search);
  const verdicts = verdictsFor(profile, searched);
  const [choice] = searched.choices;
  const chosen = searched.trials.find(({ recipe }) => recipe === choice?.recipe);
  const { outcome, reason } = outcomeOf(searched, chosen, verdicts);
  const expected = await compareExpected(lab, { plain: bytes, chosen: chosen?.bytes }, set, searched.engines);
  return {
    model: {
      name: subject.name,
      sha256: sha256Hex(subject.bytes),
      sizeBytes: subject.bytes.length,
      families: searched.families,
      changes,
    },
    profile: profile.id,
    seed,
    engines: searched.engines,
    without: searched.without,
    apart: searched.apart ?? null,
    samples: { given: set.given, generated: set.generated, expected },
    outcome,
    reason,
    chosen: chosen === undefined ? null : chosenOf(chosen, searched.final),
    trials: fileTrials(searched, verdicts),
    passing: searched.trials.filter((trial) => verdicts.get(trial.recipe)?.verdict === 'pass'),
  };
}

/**
 * What the model is asked, and what it may be asked instead when it does not run on that: some models open their leading
 * dimension in name only, and some take a shape or a position from a value.
 */
function* setsOf(bytes: Uint8Array, samples: SampleSet | undefined, seed: number): Generator<SampleSet> {
  if (samples !== undefined && samples.given >= ENOUGH_ROWS) {
    yield samples;
    return;
  }
  const join = (made: SampleSet) => (samples === undefined ? made : joinSets(samples, made));
  yield join(madeUp(bytes, seed));
  const singly = madeUp(bytes, seed, 1);
  yield join(singly);
  yield join({ ...singly, runs: singly.runs.map((run) => run.map(gentle)) });
}

async function firstThatRuns(
  sets: Iterable<SampleSet>,
  search: (set: SampleSet) => Promise<Searched>,
): Promise<{ set: SampleSet; searched: Searched }> {
  let first: unknown;
  for (const set of sets) {
    try {
      return { set, searched: await search(set) };
    } catch (error) {
      // Other values may suit it better, unless it hung or crashed.
      if (!(error instanceof NeverRan) || !error.refused || set.generated === 0) throw error;
      first ??= error;
    }
  }
  throw first;
}

function madeUp(bytes: Uint8Array, seed: number, rowsPerRun?: number): SampleSet {
  const model = decodeModel(bytes);
  const values = generateSamples(model, { rows: 1, seed })
    .runs.flat()
    .reduce((sum, { data }) => sum + data.length, 0);
  return generateSamples(model, { rows: generatedRows(values), seed, ...(rowsPerRun !== undefined && { rowsPerRun }) });
}

/** Floats between 0 and 1. */
function gentle(tensor: LabTensor): LabTensor {
  if (tensor.dtype !== 'float32') return tensor;
  return { ...tensor, data: Float32Array.from(tensor.data as Float32Array, within) };
}

function within(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.abs(value)) : 0;
}

/** Of a profile: an encoding may pass in itself and yet not suit its devices. */
function verdictsFor(profile: Profile, { trials, choices }: Searched): Map<string, Verdict> {
  const against = choices.find((choice) => choice.profile === profile.id)?.reasons ?? {};
  return new Map(
    trials.map(({ recipe, verdict, reason }) => {
      const refusal = against[recipe];
      return [recipe, refusal === undefined ? { verdict, reason } : { verdict: 'refuse', reason: refusal }];
    }),
  );
}

function outcomeOf(
  { declined, families }: Searched,
  chosen: Trial | undefined,
  verdicts: Map<string, Verdict>,
): Pick<OptimizedFile, 'outcome' | 'reason'> {
  if (chosen === undefined) {
    const reasons = [...verdicts].map(([recipe, { reason }]) => `${recipe}: ${reason}`);
    return { outcome: 'refused', reason: reasons.join(' | ') };
  }
  if (chosen.recipe !== PLAIN) return { outcome: 'optimized', reason: chosen.notes.join('; ') };
  if (families.length === 0) return { outcome: 'unchanged', reason: declined.join('; ') };
  return { outcome: 'unchanged', reason: 'no encoding that passed is smaller on the wire than the model as it came' };
}

function chosenOf({ recipe, sha256, bytes, wire }: Trial, final: Searched['final']): OptimizedFile['chosen'] {
  const figures = final[recipe];
  return figures === undefined ? null : { recipe, sha256, bytes: bytes.length, wire, final: figures };
}

function fileTrials(searched: Searched, verdicts: Map<string, Verdict>): FileTrial[] {
  return trialRows(searched).map(({ variant: _variant, chosenFor: _chosenFor, ...row }, at) => {
    const { engines } = searched.trials[at]!;
    const { node, wasm } = engines;
    return {
      ...row,
      agreement: row.agreement ?? null,
      maxDiff: row.maxDiff ?? null,
      ...verdicts.get(row.recipe),
      latency: { node: (node.ok && node.latency) || null, wasm: (wasm.ok && wasm.latency) || null },
      gates: { ...(node.ok && { node: node.gates }), ...(wasm.ok && { wasm: wasm.gates }) },
    };
  });
}
