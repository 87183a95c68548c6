import { hrefOf } from '../app/router.ts';
import { useWords } from '../app/site.tsx';
import { openConflicts } from '../risk/conflicts.ts';
import type { ShownActivity } from '../risk/shown.ts';
import { placeOf, titleOf } from '../risk/title.ts';
import { causeWords } from '../words/cause.ts';
import { ChangeLine } from './change-line.tsx';
import { EffectLine } from './effect-line.tsx';
import { ReasonList } from './reason-list.tsx';
import { RiskBadge } from './risk-badge.tsx';

const REASONS = 2;

/** One activity in ten seconds: how likely, what it moves, why, what is new. All of it is one large target. */
export function ActivityCard({ shown }: { shown: ShownActivity }) {
  const words = useWords();
  const { activity, said } = shown;
  const cause = activity.progress?.cause;
  return (
    <li class="card">
      <a href={hrefOf({ page: 'activity', activity: activity.activity })}>
        <div class="card-head">
          <div>
            <h2>{titleOf(activity)}</h2>
            <p class="place">{placeOf(activity).join(' · ')}</p>
          </div>
          {said === undefined ? <p class="risk quiet">{words.risk.none}</p> : <RiskBadge said={said} />}
        </div>
        <EffectLine shown={shown} />
        {said !== undefined && <ReasonList said={said} most={REASONS} />}
        <ChangeLine shown={shown} />
        {cause !== undefined && <p class="flag">{words.activity.heldUp(causeWords(cause, words))}</p>}
        {openConflicts(activity).length > 0 && <p class="flag">{words.conflict.badge}</p>}
      </a>
    </li>
  );
}
