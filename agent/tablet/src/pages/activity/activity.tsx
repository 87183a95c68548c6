import { hrefOf } from '../../app/router.ts';
import { useSite } from '../../app/site.tsx';
import { ChangeLine } from '../../parts/change-line.tsx';
import { EffectLine } from '../../parts/effect-line.tsx';
import { Glyph } from '../../parts/glyph.tsx';
import { Notice } from '../../parts/notice.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { shownActivities } from '../../risk/shown.ts';
import { placeOf, titleOf } from '../../risk/title.ts';
import type { SiteView } from '../../worker/types.ts';
import { Conflicts } from './conflicts.tsx';
import { Facts } from './facts.tsx';
import { Helped } from './helped.tsx';
import { Notes } from './notes.tsx';
import { RecordBar } from '../record/record-bar.tsx';
import { WhatIf } from './what-if.tsx';
import { Why } from './why.tsx';

/** Everything about one activity: what the model says and why, what was recorded, and what a person can add. */
export function Activity({ view, name }: { view: SiteView; name: string }) {
  const { words } = useSite();
  const shown = shownActivities(view).find(({ activity }) => activity.activity === name);
  if (shown === undefined) return <Notice>{words.activity.missing}</Notice>;
  const { activity, said } = shown;
  return (
    <>
      <div class="page-head">
        <a class="back" href={hrefOf({ page: 'today' })}>
          <Glyph name="back" />
          {words.nav.today}
        </a>
        <h1>{titleOf(activity)}</h1>
        <p class="quiet">{placeOf(activity).join(' · ')}</p>
      </div>
      <div class="columns">
        <section class="panel">
          {said === undefined ? <p class="risk quiet">{words.risk.none}</p> : <RiskBadge said={said} large />}
          <EffectLine shown={shown} />
          <ChangeLine shown={shown} />
          <Facts activity={activity} />
        </section>
        <Conflicts activity={activity} />
        {said !== undefined && (
          <section class="panel">
            <Why said={said} />
            <Helped activity={activity} said={said} key={said.sha256} />
          </section>
        )}
        {said !== undefined && <WhatIf activity={activity} said={said} />}
        <Notes notes={activity.notes} />
      </div>
      <RecordBar activity={activity} storage={view.storage} />
    </>
  );
}
