import { useWords } from '../app/site.tsx';
import type { ShownActivity } from '../risk/shown.ts';

/** Less than an hour of work is nothing anybody plans with. */
const WORTH_A_WORD_DAYS = 0.1;

/** What it would move, and how much it may slip before it does. */
export function EffectLine({ shown: { effect, activity } }: { shown: ShownActivity }) {
  const { effect: words, float } = useWords();
  const [first] = effect?.milestones ?? [];
  const slack = activity.float?.workingDays;
  return (
    <p class="effect">
      {effect !== undefined && (
        <b>
          {first !== undefined && first.workingDays >= WORTH_A_WORD_DAYS
            ? words.moves(first.name ?? first.milestone, first.workingDays)
            : words.nothing}
        </b>
      )}
      {slack !== undefined && (
        <span>{slack < 0 ? float.negative(slack) : slack === 0 ? float.none : float.some(slack)}</span>
      )}
    </p>
  );
}
