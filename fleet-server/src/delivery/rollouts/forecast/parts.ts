import type { GateName } from '../gates/gates.ts';
import { gatesAsked } from '../plan/stage-gates.ts';
import type { ForecastInput, Warning } from './forecast-input.ts';

export interface PartForecast {
  part: 'golden' | 'reference' | 'reasons';
  /** Variants of the release that lack it. */
  variants: string[];
  /** Gates this rollout asks that can never decide without it. */
  undecided: GateName[];
  sentence: string;
}

/** What is missing when a part is: gates that need it, and what it means for devices. */
const MEANS: Readonly<Record<PartForecast['part'], { needs: readonly GateName[]; means: string }>> = {
  golden: {
    needs: [],
    means: 'devices cannot check that the model answers as it did here; a wrong answer is no failure that gates see',
  },
  reference: { needs: ['drift'], means: 'nothing is known to compare windows of inputs and scores with' },
  reasons: { needs: [], means: 'predictions come without reasons' },
};

/** Parts that bundles of the release lack. */
export function forecastParts({ parts, plan }: Pick<ForecastInput, 'parts' | 'plan'>): PartForecast[] {
  const asked = gatesAsked(plan);
  return (['golden', 'reference', 'reasons'] as const).flatMap((part) => {
    const variants = parts.filter((one) => one.parts[part] === 'absent').map(({ variant }) => variant);
    if (variants.length === 0) return [];
    const { needs, means } = MEANS[part];
    const undecided = needs.filter((gate) => asked.has(gate));
    const so = undecided.length === 0 ? '' : `; the gate ${undecided.join(', ')} can never decide`;
    const sentence = `${part} is absent in ${variants.toSorted().join(', ')}: ${means}${so}`;
    return [{ part, variants: variants.toSorted(), undecided, sentence }];
  });
}

const COMPARING: readonly GateName[] = ['agreement', 'shift', 'quality', 'fairness'];

/** Two models that do not answer the same: gates that set one against the other stay inconclusive. */
export function warnOfAnswers({ unlike, plan }: Pick<ForecastInput, 'unlike' | 'plan'>): Warning[] {
  if (unlike === undefined) return [];
  const asked = gatesAsked(plan);
  const open = COMPARING.filter((gate) => asked.has(gate));
  const so = open.length === 0 ? '' : `; the gate ${open.join(', ')} can never decide`;
  return [{ level: open.length > 0 ? 'holds' : 'note', stage: undefined, sentence: `${unlike}${so}` }];
}

export function warnOfParts(found: readonly PartForecast[]): Warning[] {
  return found
    .filter(({ part }) => part !== 'reasons')
    .map(({ undecided, sentence }) => ({
      level: undecided.length > 0 ? 'holds' : 'note',
      stage: undefined,
      sentence,
    }));
}
