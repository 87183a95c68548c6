import type { Profile } from '@plumbline/firmware-profiles';
import type { GraphOutput } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import { ENGINES, type Engine, type LabRun, type ModelLab } from '../../../platform/ports/index.ts';
import { inspectModel, type Candidate } from '../../onnx/index.ts';
import { ModelError } from '../errors.ts';
import { LAB_LIMITS } from '../score-records.ts';
import { wireSizesOf } from '../wire-codecs.ts';
import { guessView, readAnswers, viewOf, type AnswerView } from '../judge/answers.ts';
import { listCandidates } from './candidates.ts';
import { choose, type Choice } from './choose.ts';
import { compareAnswers, type Figures, type Metric } from '../judge/figures.ts';
import { gatesOf, refusals } from '../judge/gates.ts';
import { raceAgainst } from '../judge/latency.ts';
import { singleRow } from '../splits/single-row.ts';
import type { Splits } from '../splits/splits.ts';
import { engineTrial, judgeTrial, PLAIN, type EngineTrial, type Trial, type Verdict } from './trial.ts';
import { roughUs, runOnBoth, wordsOf, type Ran, type RanOn } from './try-encoding.ts';

export interface SearchOptions {
  profiles: readonly Profile[];
  splits: Splits;
  /** What the outputs mean; guessed from the answers where nobody said. */
  output?: GraphOutput;
  /** A measure of quality, used where the splits have labels. */
  metric?: Metric;
  onProgress?: (sentence: string) => void;
}

export interface Searched {
  /** The recipes that had something for the model, and what the others said. */
  families: string[];
  declined: string[];
  view: AnswerView;
  /** Engines on which the model as it came runs and says the same; a device of another engine cannot have it. */
  engines: Engine[];
  /** Why it is not for the other engine, in words. */
  without: Partial<Record<Engine, string>>;
  /** How far the two engines are from each other on the model as it came; undefined when it runs on one. */
  apart: Figures | undefined;
  trials: (Trial & Verdict)[];
  choices: Choice[];
  /** Figures of every chosen encoding on the split that took no part in choosing it, by recipe. */
  final: Record<string, Figures>;
}

/**
 * Writes every encoding the recipes know for a model, tries each on both engines beside the model as it came, and
 * chooses for each profile the one that is smallest on the wire among those that pass. The same model, splits and
 * profiles choose the same bytes: of all figures only latency is measured, and it can refuse but never prefer.
 * @throws NeverRan (`model_trial_failed`) when the model as it came runs on neither engine
 */
export async function searchEncodings(
  lab: ModelLab,
  bytes: Uint8Array,
  { profiles, splits, output, metric, onProgress = () => undefined }: SearchOptions,
): Promise<Searched> {
  onProgress('running the model as it came on both engines');
  const baseline = await runOnBoth(lab, bytes, splits);
  const first = ENGINES.map((engine) => baseline[engine]).find((one) => one.ok);
  if (first === undefined) throw new NeverRan(baseline);
  const view = output === undefined ? guessView(first.ran.selection) : viewOf(output);
  const { engines, without, apart } = enginesOf(view, baseline);
  const compare: Compare = (part, reference, ran) => {
    const { labels } = splits[part];
    const known = metric === undefined || labels === undefined ? undefined : { metric, labels };
    return compareAnswers(view, readAnswers(view, reference[part]), readAnswers(view, ran[part]), known);
  };

  onProgress('writing encodings');
  const listed = await listCandidates(lab, bytes, { profiles, calibration: splits.calibration });
  // Brotli at its best takes longer than a trial, and runs beside all of them.
  const wires = listed.candidates.map((candidate) => wireSizesOf(candidate.bytes));
  const trials: (Trial & Verdict)[] = [];
  const answered = new Map<string, RanOn>();
  for (const [at, candidate] of listed.candidates.entries()) {
    onProgress(`trying ${candidate.recipe}`);
    const ranOn = candidate.bytes === bytes ? baseline : await runOnBoth(lab, candidate.bytes, splits);
    answered.set(candidate.recipe, ranOn);
    const trial: Trial = {
      ...candidate,
      sha256: sha256Hex(candidate.bytes),
      wire: await wires[at]!,
      graph: inspectModel(candidate.bytes),
      engines: {
        node: engineTrialOf(candidate, compare, baseline.node, ranOn.node, first.ran),
        wasm: engineTrialOf(candidate, compare, baseline.wasm, ranOn.wasm, first.ran),
      },
    };
    trials.push({ ...trial, ...judgeTrial(trial, engines) });
  }

  onProgress('measuring latency in pairs');
  const row = singleRow(splits.selection, inspectModel(bytes).inputs);
  if (row !== undefined) await raceAll(lab, trials, { bytes, row, engines, baseline });

  const final: Record<string, Figures> = {};
  const passesFinal = async ({ recipe, lossless }: Trial): Promise<string[]> => {
    const figures = engines.flatMap((engine) => {
      const [before, after] = [baseline[engine], answered.get(recipe)?.[engine]];
      return before.ok && after?.ok ? [compare('final', before.ran, after.ran)] : [];
    });
    const [worst] = figures.toSorted((a, b) => b.worstDiff - a.worstDiff || a.agreement - b.agreement);
    if (worst === undefined) return ['it did not run on the final rows'];
    final[recipe] = worst;
    const against = new Set(figures.flatMap((one) => refusals(gatesOf(one, lossless))));
    return against.size === 0 ? [] : [`on the final rows: ${[...against].join('; ')}`];
  };
  const choices = await choose(trials, profiles, { engines, without }, passesFinal);
  return { ...listed, view, engines, without, apart, trials, choices, final };
}

type Compare = (part: 'selection' | 'final', reference: Ran, ran: Ran) => Figures;

/** @param other answers of the engine on which the model as it came runs, where it does not run on this one */
function engineTrialOf(
  { lossless }: Candidate,
  compare: Compare,
  before: RanOn[Engine],
  after: RanOn[Engine],
  other: Ran,
): EngineTrial {
  if (!after.ok) return { ok: false, detail: wordsOf(after) };
  return engineTrial(compare('selection', before.ok ? before.ran : other, after.ran), lossless, after.ran);
}

/** Adds the latency of every encoding that is good enough. One engine at a time: they would disturb each other. */
async function raceAll(
  lab: ModelLab,
  trials: readonly (Trial & Verdict)[],
  { bytes, row, engines, baseline }: { bytes: Uint8Array; row: LabRun; engines: readonly Engine[]; baseline: RanOn },
): Promise<void> {
  for (const trial of trials) {
    if (trial.verdict === 'refuse' || trial.recipe === PLAIN) continue;
    for (const engine of engines) {
      const on = trial.engines[engine];
      if (!on.ok) continue;
      const job = { engine, contender: trial.bytes, baseline: bytes, run: row, ...LAB_LIMITS };
      on.latency = await raceAgainst(lab, job, roughUs(baseline[engine]));
    }
  }
}

/** onnxruntime-node leads; the other engine must say the same within the gates of an encoding. */
function enginesOf(view: AnswerView, { node, wasm }: RanOn): Pick<Searched, 'engines' | 'without' | 'apart'> {
  if (!node.ok || !wasm.ok) {
    const [engine, failed] = node.ok ? (['wasm', wasm] as const) : (['node', node] as const);
    const without = failed.ok ? {} : { [engine]: wordsOf(failed) };
    return { engines: ENGINES.filter((one) => one !== engine), without, apart: undefined };
  }
  const apart = compareAnswers(view, readAnswers(view, node.ran.selection), readAnswers(view, wasm.ran.selection));
  const against = refusals(gatesOf(apart, false));
  if (against.length === 0) return { engines: [...ENGINES], without: {}, apart };
  return { engines: ['node'], without: { wasm: `it answers otherwise than on node: ${against.join('; ')}` }, apart };
}

/** A model that ran on neither engine. `refused`: both said no; otherwise it hung or took its process along. */
export class NeverRan extends ModelError {
  readonly refused: boolean;

  constructor(on: RanOn) {
    const failures = ENGINES.flatMap((engine) => {
      const one = on[engine];
      return one.ok ? [] : [{ engine, ...one }];
    });
    const words = failures.map((one) => `${one.engine}: ${wordsOf(one)}`);
    super('model_trial_failed', `model: ${words.join('; ')}`, {
      kind: 'refused',
      field: 'model',
      expected: 'a model that loads and answers on onnxruntime-node or onnxruntime-web',
    });
    this.refused = failures.every(({ reason }) => reason === 'failed');
  }
}
