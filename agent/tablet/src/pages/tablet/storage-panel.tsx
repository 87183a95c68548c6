import { useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { useInstall } from '../../offline/install.ts';
import { Notice } from '../../parts/notice.tsx';
import { problemWords } from '../../words/problem-words.ts';
import type { StorageView } from '../../worker/types.ts';

const ALMOST_FULL = 0.9;

/** Whether the browser keeps what is stored, as it answered itself, and the home screen where that decides it. */
export function StoragePanel({ storage }: { storage: StorageView }) {
  const { words, agent } = useSite();
  const { storage: say } = words;
  const [problem, setProblem] = useState<string>();
  const { persisted, usageBytes, quotaBytes } = storage;
  const ask = () => {
    const asked = agent?.askToPersist() ?? Promise.resolve(false);
    asked
      .then((kept) => setProblem(kept ? undefined : say.refused))
      .catch((error: unknown) => setProblem(problemWords(error, words)));
  };
  const isFull = usageBytes !== undefined && quotaBytes !== undefined && usageBytes > ALMOST_FULL * quotaBytes;
  return (
    <section class="panel">
      <h2>{say.title}</h2>
      <p>{persisted === undefined ? say.unknown : persisted ? say.kept : say.notKept}</p>
      {persisted !== true && (
        <button type="button" class="button" disabled={agent === undefined} onClick={ask}>
          {say.ask}
        </button>
      )}
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
      {usageBytes !== undefined && quotaBytes !== undefined && <p class="quiet">{say.used(usageBytes, quotaBytes)}</p>}
      {isFull && <Notice kind="bad">{say.full}</Notice>}
      {!storage.installed && <InstallOffer isNeeded={storage.needsInstall} />}
    </section>
  );
}

function InstallOffer({ isNeeded }: { isNeeded: boolean }) {
  const { words } = useSite();
  const install = useInstall();
  if (!isNeeded && install === undefined) return null;
  return (
    <div class="offer">
      <h3>{words.install.title}</h3>
      <p>{isNeeded ? words.install.needed : words.install.wanted}</p>
      {isNeeded && <p>{words.install.how}</p>}
      {install !== undefined && (
        <button type="button" class="button" onClick={install}>
          {words.install.button}
        </button>
      )}
    </div>
  );
}
