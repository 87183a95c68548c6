import { useSite } from '../../app/site.tsx';
import { ReasonList } from '../../parts/reason-list.tsx';
import type { Said } from '../../risk/shown.ts';

const REASONS = 3;

/** The reasons, and who gave them: line, version and time stand beside every statement of a model. */
export function Why({ said }: { said: Said }) {
  const { words, now } = useSite();
  const { reasons } = words;
  const shown = (said.reasons ?? []).slice(0, REASONS);
  return (
    <>
      <h2>{reasons.title}</h2>
      {shown.length === 0 ? <p>{reasons.none}</p> : <ReasonList said={said} most={REASONS} />}
      {shown.some(({ approximate }) => approximate) && <p class="quiet">{reasons.approximate}</p>}
      <p class="quiet">{words.activity.said(said.line, said.version, words.format.moment(said.at, now))}</p>
    </>
  );
}
