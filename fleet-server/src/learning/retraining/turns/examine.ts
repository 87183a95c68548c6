import type { ModelLab } from '../../../platform/ports/index.ts';
import { getModel, listModels, type PublishDeps } from '../../../supply/models/index.ts';
import { fleetDataset, loadDataset, type Dataset } from '../../datasets/index.ts';
import type { Grid } from '../../learners/index.ts';
import type { TrainOptions } from '../../training/index.ts';
import { levelOfTry } from '../decide/decide-turn.ts';
import { retrain } from '../retrain.ts';
import { knownBeforeOf } from './champion.ts';
import type { LoopEvidence } from './evidence.ts';
import type { TurnInput } from './machine.ts';
import type { TurnChange } from './record.ts';
import type { Turn } from './turn.ts';

const DAY_MS = 86_400_000;
/** Something was found: that the champion was good before says less. Time and new labels alone are no such reason. */
const FOUND: ReadonlySet<string> = new Set(['drift', 'realised', 'estimated']);

export type ExamineDeps = PublishDeps & { lab: ModelLab; evidence: LoopEvidence };

/** What an examination came to. */
export interface Examined {
  input: TurnInput;
  change: TurnChange;
}

/**
 * Candidate against champion on what the fleet knew when the turn was opened: begun anew after a crash it comes to the same
 * answer, and a candidate that was submitted already is found by its card.
 */
export async function examine(deps: ExamineDeps, actor: string, turn: Turn, signal: AbortSignal): Promise<Examined> {
  const { line, policy, id } = turn;
  const { db } = deps.database;
  const submitted = await findSubmitted(deps, turn);
  if (submitted !== undefined) return submitted;
  const champion = await getModel(db, line, turn.champion);
  const dataset = await datasetOf(deps, turn);
  const { changeAt } = turn.details as { changeAt?: number };
  const { recentDays, halfLifeDays, seed, minimumGain, sliceLimit } = policy;
  const tolerance = FOUND.has(turn.cause) ? policy.tolerance : 0;
  const { decision, sentence, comparison, window, release } = await retrain(deps, actor, {
    line,
    trigger: turn.sentence,
    dataset,
    champion,
    championTrainedAt: judgedFrom(dataset, knownBeforeOf(champion), turn),
    options: optionsOf(turn, signal),
    rules: { level: levelOfTry(turn.tries, policy.perYear), minimumGain, tolerance, sliceLimit },
    windows: { forms: policy.windows, rules: { recentDays, halfLifeDays, seed, changeAt } },
    release: policy.mode !== 'examine',
    asOf: turn.openedAt,
    card: { turn: id, knownBefore: turn.openedAt },
  });
  const details = {
    comparison,
    dataset: `${dataset.name}@${dataset.version}`,
    ...(window && { window: { form: window.form, testedOn: window.testedOn, trials: window.trials } }),
    ...(dataset.findings && { leftOut: dataset.findings.map((one) => one.sentence) }),
  };
  if (release !== undefined) return submittedAs(turn, release.version, details);
  const input = ({ 'kept champion': 'kept', 'gate refused': 'refused', 'candidate better': 'named' } as const)[
    decision as 'kept champion'
  ];
  return { input, change: { says: sentence, details } };
}

/** The candidate that a turn has submitted, by its card. */
export async function findSubmitted(
  { database }: Pick<ExamineDeps, 'database'>,
  turn: Turn,
): Promise<Examined | undefined> {
  const found = (await listModels(database.db, turn.line)).find(({ card }) => card['turn'] === turn.id);
  return found && submittedAs(turn, found.version);
}

/** Parameters of a grid are checked where they are searched. */
function optionsOf({ policy }: Turn, signal: AbortSignal): TrainOptions {
  const { grid, algorithms, folds, workers } = policy.search;
  return {
    seed: policy.seed,
    signal,
    ...(algorithms && { algorithms }),
    ...(grid && { grid: grid as unknown as Partial<Grid> }),
    ...(folds !== undefined && { folds }),
    ...(workers !== undefined && { workers }),
  };
}

/**
 * From when on labels judge: newer than the champion, and of late. A candidate of years ago says little of the one that
 * would be released now.
 */
function judgedFrom({ examples }: Dataset, knownBefore: number, { policy, openedAt }: Turn): number {
  const newest = examples.map(({ knownAt }) => knownAt).toSorted((a, b) => b - a);
  const enough = newest[policy.minimumLabels - 1] ?? 0;
  return Math.max(knownBefore, Math.min(enough, openedAt - policy.cohortDays * DAY_MS));
}

function submittedAs({ line }: Turn, version: string, details?: Record<string, unknown>): Examined {
  const says = `${line}@${version} awaits its second signature`;
  return { input: 'submitted', change: { says, candidate: version, ...(details && { details }) } };
}

/** As the fleet knew it when the turn was opened, without rows that stand under a fault of the data. */
async function datasetOf(deps: ExamineDeps, { line, policy, openedAt }: Turn): Promise<Dataset> {
  const base = await loadDataset(deps, policy.dataset);
  const holds = await deps.evidence.holds(line);
  const grown = await fleetDataset(deps.database.db, base, openedAt, { holds });
  if (grown.version === base.version) return base;
  const operation = `what the sites of ${line} recorded before ${new Date(openedAt).toISOString()}`;
  return { ...grown, derivedFrom: [{ dataset: `${base.name}@${base.version}`, operation }] };
}
