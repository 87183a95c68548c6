import type { ReadDb } from '../../../platform/db/index.ts';
import { getModel, type VersionSummary } from '../../../supply/models/index.ts';
import { COMMON_LIMITS, INTENDED_USE, type ModelCard } from '../card/card.ts';
import { cardMarkdown, type CardContext } from '../card/markdown.ts';
import { listRuns } from '../runs/list.ts';
import { signersOf } from './signers.ts';

export interface ShownCard {
  line: string;
  version: string;
  card: ModelCard;
  context: CardContext;
  markdown: string;
}

/**
 * The card of a version with everything that is known around it: its state, its run, its encodings, who signed.
 * A version that was imported has the same sections; what nobody knows of it says so.
 * @throws ModelError `model_unknown`
 */
export async function showCard(db: ReadDb, line: string, version: string): Promise<ShownCard> {
  const model = await getModel(db, line, version);
  const { runs } = await listRuns(db, { line, version, limit: 1, archived: true });
  const card = (model.card['modelCard'] as ModelCard | undefined) ?? withoutFigures(model);
  const context: CardContext = {
    name: `${line}@${version}`,
    state: model.state,
    ...(model.deprecation === undefined ? {} : { deprecation: model.deprecation }),
    ...(runs[0] === undefined ? {} : { run: runs[0].id }),
    trials: (model.card['trials'] as CardContext['trials']) ?? [],
    signers: await signersOf(db, line, version),
  };
  return { line, version, card, context, markdown: cardMarkdown(card, context) };
}

/** What can be said of a version without a card: what it is for, and that the rest is not known. */
function withoutFigures({ card, algorithm }: VersionSummary): ModelCard {
  const gate = card['gate'] as { verdict?: 'pass' | 'refuse'; reasons?: { sentence: string }[] } | undefined;
  return {
    title: typeof card['title'] === 'string' ? card['title'] : algorithm,
    intendedUse: INTENDED_USE,
    data: null,
    algorithm: null,
    crossValidated: {},
    holdout: null,
    confusion: null,
    baseline: {},
    calibration: null,
    importance: { basis: 'training', features: [] },
    fairness: [],
    limits: [unknownOf(card), ...COMMON_LIMITS],
    gate:
      gate?.verdict === undefined
        ? null
        : { verdict: gate.verdict, sentences: (gate.reasons ?? []).map(({ sentence }) => sentence) },
  };
}

function unknownOf(card: VersionSummary['card']): string {
  if (card['origin'] === 'trained') return 'It was trained here; its figures stand in the card of its bundle.';
  const judged = card['dataset'] as { name?: unknown; version?: unknown } | undefined;
  const by =
    typeof judged?.version === 'string' ? ` It was judged on ${judged.name}@${judged.version.slice(0, 16)}.` : '';
  return `It was not trained here: what it learned from is not known.${by}`;
}
