import type { AgentState, Files, Store } from '../../index.ts';
import { readAll } from '../../store/json.ts';
import { slotPath, STORED_PREDICTIONS } from '../../store/keys.ts';
import { storedPrediction } from '../../observe/stored-predictions.ts';
import type { LineView } from '../door/site-view.ts';
import { cardFactsOf, type CardFacts } from './card.ts';
import { skillOf } from './skill.ts';
import { maturedOf, trackRecordOf, type Matured } from './track-record.ts';

type Line = AgentState['lines'][number];

export interface LineFacts {
  viewOf(line: Line): Promise<LineView>;
  /** Outcomes may have become known: they are counted anew with the next view. */
  outcomesMoved(): void;
}

/** What a person wants to know of a line beside its state: its card, and how it did on this site. */
export function createLineFacts({ store, files }: { store: Store; files: Files }): LineFacts {
  const cards = new Map<string, CardFacts>();
  let matured: Promise<(line: string) => Matured[]> | undefined;

  const cardOf = async ({ line, active, running }: Line): Promise<CardFacts> => {
    if (active === undefined || running === undefined) return {};
    const known = cards.get(running.sha256);
    if (known !== undefined) return known;
    const card = cardFactsOf(await files.read(`${slotPath(line, active)}/card.json`));
    cards.set(running.sha256, card);
    return card;
  };
  const readMatured = async () => {
    // What cannot be read is told by the core, which leaves it out too.
    const all = await readAll(store, STORED_PREDICTIONS, storedPrediction, () => undefined);
    const predictions = all.map(([, one]) => one);
    return (line: string) => maturedOf(predictions, line);
  };

  return {
    outcomesMoved() {
      matured = undefined;
    },
    async viewOf(line) {
      const card = await cardOf(line);
      const of = await (matured ??= readMatured());
      const known = of(line.line);
      const { trainedUntil } = card;
      return {
        line: line.line,
        state: line.state,
        ...(line.running && { running: { ...line.running, ...(trainedUntil !== undefined && { trainedUntil }) } }),
        record: trackRecordOf(known),
        skill: skillOf(known, card),
      };
    },
  };
}
