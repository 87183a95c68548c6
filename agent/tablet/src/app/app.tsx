import { useEffect, useState } from 'preact/hooks';
import { Enrol } from '../pages/enrol/enrol.tsx';
import { Page } from './page.tsx';
import { Shell } from './shell.tsx';
import { SiteContext, type Site } from './site.tsx';
import { settingsOf } from './settings.ts';
import { useAgent } from './use-agent.ts';
import { useRoute } from './router.ts';
import { useSettings } from './use-settings.ts';
import { loadWords } from '../words/languages.ts';
import type { Words } from '../words/words.ts';
import type { StoredPage } from '../worker/types.ts';

const MINUTE_MS = 60_000;

interface AppProps {
  stored: StoredPage;
  firstWords: Words;
  /** Of a storage that did not answer before the first paint. */
  later: Promise<StoredPage> | undefined;
}

export function App({ stored, firstWords, later }: AppProps) {
  const { phase, agent, view, remember } = useAgent(stored.view);
  const [words, setWords] = useState(firstWords);
  const { found, ...settings } = useSettings(settingsOf(stored.preferences));
  const { language } = settings;
  const now = useNow();
  const route = useRoute();

  useEffect(() => {
    void later?.then((read) => {
      remember(read.view);
      found(settingsOf(read.preferences));
    });
  }, []);
  const zone = view?.zone;
  useEffect(() => {
    document.documentElement.lang = language;
    void loadWords(language, navigator.languages, zone).then(setWords);
  }, [language, zone]);

  const site: Site = { phase, agent, view, words, now, ...settings };
  const isUnfit = phase.phase === 'failed' && phase.code === 'browser_unfit';
  const isOut = phase.phase === 'not-enrolled' || (view === undefined && isUnfit);
  return (
    <SiteContext.Provider value={site}>
      {isOut ? (
        <Enrol given={route.page === 'enrol' ? route.code : ''} />
      ) : (
        <Shell page={route.page}>
          <Page route={route} />
        </Shell>
      )}
    </SiteContext.Provider>
  );
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const look = () => setNow(Date.now());
    const timer = setInterval(look, MINUTE_MS);
    // A tablet that slept has not counted.
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return now;
}
