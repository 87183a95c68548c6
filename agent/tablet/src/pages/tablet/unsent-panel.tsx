import { useState } from 'preact/hooks';
import { isOfNow, useSite } from '../../app/site.tsx';
import { Notice } from '../../parts/notice.tsx';
import { problemWords } from '../../words/problem-words.ts';
import type { SiteView } from '../../worker/types.ts';
import { saveFile } from './save-file.ts';

/** The oldest entry nobody else has yet, in print that is read from an arm's length. */
export function UnsentPanel({ view: { unsent, site, device } }: { view: SiteView }) {
  const { words, agent, now, phase } = useSite();
  const [said, setSaid] = useState<{ kind: 'good' | 'bad'; text: string }>();
  const { entries, photos, oldestAt } = unsent;
  const save = async () => {
    try {
      const blob = await agent?.exportUnsent();
      if (blob === undefined) return;
      await saveFile(blob, `${site}-${device}-${words.unsent.fileName}.ndjson`);
      setSaid({ kind: 'good', text: words.unsent.exported });
    } catch (error) {
      setSaid({ kind: 'bad', text: problemWords(error, words) });
    }
  };
  return (
    <section class="panel" aria-label={words.unsent.title}>
      <h2>{words.unsent.title}</h2>
      {entries + photos === 0 ? (
        <p class="large">{isOfNow(phase) ? words.sync.allSent : words.sync.starting}</p>
      ) : (
        <>
          {oldestAt !== undefined && (
            <p class="oldest">
              {words.unsent.oldest} <b>{words.format.moment(oldestAt, now)}</b>
            </p>
          )}
          <p>{words.sync.waiting(entries, photos, undefined, now)}</p>
          <p class="quiet">{words.unsent.explain}</p>
          <button type="button" class="button" disabled={agent === undefined} onClick={() => void save()}>
            {words.unsent.export}
          </button>
        </>
      )}
      {said !== undefined && <Notice kind={said.kind}>{said.text}</Notice>}
    </section>
  );
}
