import type { Database, ReadDb } from '../../../platform/db/index.ts';
import {
  ArtifactError,
  ENGINES,
  type ArtifactStore,
  type Engine,
  type ModelLab,
} from '../../../platform/ports/index.ts';
import { versionsOfArchive } from '../../../supply/models/index.ts';
import { openSealed } from '../model/open-bundle.ts';
import { builderKeys } from '../model/resolve-model.ts';
import type { ScorableModel } from '../model/scorable.ts';
import { createScorer, type Outcome } from '../score/scorer.ts';
import { chainOf, type Chain } from './chain.ts';
import { findPrediction, type KeptPrediction, type PredictionQuestion } from './find.ts';
import { inputsOf, type FoundInputs } from './inputs.ts';

/**
 * `same`: the very bundle says it again. `differs`: it does not, from inputs that are proven. `inputs_unknown`: what it
 * was asked is not here. `bundle_unknown`: the bytes that said it are not here, or are sealed by nobody we know.
 */
export type ReplayVerdict = 'same' | 'differs' | 'inputs_unknown' | 'bundle_unknown';

export interface Replay {
  verdict: ReplayVerdict;
  sentence: string;
  prediction: Omit<KeptPrediction, 'row' | 'stream' | 'seq'> & KeptPrediction['row'];
  bundle?: { variant: string; sealedBy: string | undefined; derivations: string[] };
  inputs?: { from: string; proven: boolean };
  again?: { score: number; label?: string; difference: number; tolerance: number; engine: Engine };
  chain: Chain;
}

/** Where a bundle brings no golden rows, which say how far its runtimes may be apart. */
const TOLERANCE = 1e-4;

/**
 * Asks the very bundle of a prediction again, from the inputs that were kept, and tells where it came from.
 * @throws ScoringError `prediction_unknown`, `prediction_ambiguous`
 */
export async function replayPrediction(
  deps: { database: Database; artifacts: ArtifactStore; lab: ModelLab },
  question: PredictionQuestion,
): Promise<Replay> {
  const { db } = deps.database;
  const kept = await findPrediction(db, question);
  const { stream: _stream, seq: _seq, row, ...head } = kept;
  const common = { prediction: { ...head, ...row }, chain: await chainOf(db, kept) };
  const model = await bundleOf(db, deps.artifacts, row.sha256);
  if (typeof model === 'string') {
    return { verdict: 'bundle_unknown', sentence: `The bundle ${row.sha256} ${model}.`, ...common };
  }
  const about = {
    ...common,
    bundle: { variant: model.variant, sealedBy: model.sealedBy, derivations: derivationsIn(model) },
  };
  const inputs = await inputsOf(db, kept, model);
  if (typeof inputs === 'string') {
    return { verdict: 'inputs_unknown', sentence: `What it was asked is not known here: ${inputs}.`, ...about };
  }
  const { from, proven } = inputs;
  return { ...(await askAgain(deps.lab, model, inputs, kept)), ...about, inputs: { from, proven } };
}

async function askAgain(
  lab: ModelLab,
  model: ScorableModel,
  { record, proven, from }: FoundInputs,
  { row }: KeptPrediction,
): Promise<Pick<Replay, 'verdict' | 'sentence' | 'again'>> {
  const tolerance = (model.golden?.tolerance ?? TOLERANCE) * Math.max(1, Math.abs(row.score));
  let again: Replay['again'];
  let fault: string | undefined;
  // A gateway runs one, a tablet the other; the row does not say which.
  for (const engine of ENGINES) {
    const outcome = await once(lab, model, record, engine);
    if (!outcome.ok) {
      fault = outcome.error.message;
      continue;
    }
    const { score, label } = outcome.scored;
    const difference = Math.abs(score - row.score);
    const said = { score, ...(label !== undefined && { label }), difference, tolerance, engine };
    if (again === undefined || difference < again.difference) again = said;
    if (difference <= tolerance) {
      return {
        verdict: 'same',
        sentence: `It says ${row.score} again (${score} on ${engine}), from ${from}${proven ? ', proven by the digest' : ''}.`,
        again: said,
      };
    }
  }
  const told = again === undefined ? `no score: ${fault ?? ''}` : `${again.score}`;
  return {
    ...(proven
      ? { verdict: 'differs', sentence: `It said ${row.score} and says ${told} now, from the same inputs.` }
      : {
          verdict: 'inputs_unknown',
          sentence: `It said ${row.score} and says ${told} from ${from}, and nothing proves that this is what it was asked.`,
        }),
    ...(again !== undefined && { again }),
  };
}

async function once(
  lab: ModelLab,
  model: ScorableModel,
  record: FoundInputs['record'],
  engine: Engine,
): Promise<Outcome> {
  return (await createScorer(lab, model, { engine, once: true }).score([record]))[0]!;
}

/** The very bytes, if they are one of our bundles. @returns why not: the end of a sentence */
async function bundleOf(db: ReadDb, artifacts: ArtifactStore, sha256: string): Promise<ScorableModel | string> {
  const known = await versionsOfArchive(db, sha256);
  if (known.length === 0) return 'is none that this server has sealed';
  try {
    return await openSealed(await artifacts.get(sha256), await builderKeys(db));
  } catch (error) {
    if (error instanceof ArtifactError) return 'is not among the artifacts any more, or no longer the bytes it was';
    throw error;
  }
}

function derivationsIn({ manifest }: ScorableModel): string[] {
  const named = manifest.inputs.flatMap((input) =>
    input.kind === 'columns' ? input.features.flatMap(({ from }) => ('derived' in from ? [from.derived] : [])) : [],
  );
  return [...new Set(named)].toSorted();
}
