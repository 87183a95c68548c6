import { useSite } from '../../app/site.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { Notice } from '../../parts/notice.tsx';
import type { Said } from '../../risk/shown.ts';
import type { ActivityRisk } from '../../worker/types.ts';
import { useRecorder } from '../record/use-recorder.ts';
import { useState } from 'preact/hooks';

/** One tap that tells head office whether a prediction was of use; asked once for each version. */
export function Helped({ activity, said }: { activity: ActivityRisk; said: Said }) {
  const { words, person } = useSite();
  const { helped } = words;
  const { record, isBusy, problem } = useRecorder();
  const [asksName] = useState(person.trim() === '');
  const [isTapped, setTapped] = useState(false);
  const isSaid = activity.feedback.some(
    (entry) => entry.field === 'feedback' && entry.value.sha256 === said.sha256 && entry.actor === person.trim(),
  );
  const [isThanked, setThanked] = useState(false);
  if (isSaid || isThanked) return <p class="quiet">{helped.thanks}</p>;
  const say = async (value: boolean) => {
    setTapped(true);
    const { line, sha256 } = said;
    const entry = { activity: activity.activity, field: 'feedback', value: { helped: value, line, sha256 } } as const;
    setThanked(await record(entry));
  };
  return (
    <div class="helped">
      <p id="helped">{helped.ask}</p>
      <div class="row" role="group" aria-labelledby="helped">
        <button type="button" class="button quiet" disabled={isBusy} onClick={() => void say(true)}>
          {helped.yes}
        </button>
        <button type="button" class="button quiet" disabled={isBusy} onClick={() => void say(false)}>
          {helped.no}
        </button>
      </div>
      {isTapped && asksName && <NameField />}
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
    </div>
  );
}
