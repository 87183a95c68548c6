import { useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { Notice } from '../../parts/notice.tsx';
import { problemWords, wordsOfCode } from '../../words/problem-words.ts';
import type { SiteView } from '../../worker/types.ts';
import { AboutPanel } from './about-panel.tsx';
import { StoragePanel } from './storage-panel.tsx';
import { UnsentPanel } from './unsent-panel.tsx';

/** The tablet itself: what waits, where it is kept, who holds it. */
export function Tablet({ view }: { view: SiteView }) {
  const { words, agent } = useSite();
  const [problem, setProblem] = useState<string>();
  const refresh = () => {
    setProblem(undefined);
    agent?.refresh().catch((error: unknown) => setProblem(problemWords(error, words)));
  };
  return (
    <>
      <div class="page-head">
        <h1>{words.device.title}</h1>
      </div>
      {view.trust.clockSuspect === true && <Notice kind="bad">{words.trouble.clock}</Notice>}
      <div class="columns">
        <UnsentPanel view={view} />
        <StoragePanel storage={view.storage} />
        <AboutPanel view={view} />
        <section class="panel">
          <button type="button" class="button" disabled={agent === undefined} onClick={refresh}>
            {words.device.refresh}
          </button>
          {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
          <Problems problems={view.problems} />
        </section>
      </div>
    </>
  );
}

const MOST = 5;

function Problems({ problems }: Pick<SiteView, 'problems'>) {
  const { words, now } = useSite();
  if (problems.length === 0) return null;
  return (
    <>
      <h2>{words.trouble.title}</h2>
      <ul class="notes">
        {problems.slice(0, MOST).map(({ code, at }) => (
          <li key={`${at} ${code}`}>
            <p>{wordsOfCode(code, words)}</p>
            <p class="quiet">{words.trouble.at(at, now)}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
