import { useCallback, useEffect, useState } from 'preact/hooks';
import { Enrol } from '../pages/enrol/enrol.tsx';
import { Page } from './page.tsx';
import { Shell } from './shell.tsx';
import { SiteContext, type Site } from './site.tsx';
import { readLanguage, readPerson, writeLanguage, writePerson } from './settings.ts';
import { useAgent } from './use-agent.ts';
import { useRoute } from './router.ts';
import { loadWords, type Language } from '../words/languages.ts';
import type { Words } from '../words/words.ts';
import type { SiteView } from '../worker/types.ts';

const MINUTE_MS = 60_000;

export function App({ stored, firstWords }: { stored: SiteView | undefined; firstWords: Words }) {
  const { phase, agent, view } = useAgent(stored);
  const [words, setWords] = useState(firstWords);
  const [language, setLanguage] = useState(readLanguage);
  const [person, setPerson] = useState(readPerson);
  const now = useNow();
  const route = useRoute();

  const speak = useCallback((next: Language) => {
    setLanguage(next);
    writeLanguage(next);
  }, []);
  const namePerson = useCallback((name: string) => {
    setPerson(name);
    writePerson(name);
  }, []);
  const zone = view?.zone;
  useEffect(() => {
    document.documentElement.lang = language;
    void loadWords(language, navigator.languages, zone).then(setWords);
  }, [language, zone]);

  const site: Site = { phase, agent, view, words, now, person, namePerson, language, speak };
  const isOut = phase.phase === 'not-enrolled' || (view === undefined && phase.phase === 'failed');
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
