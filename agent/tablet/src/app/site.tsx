import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from '../words/languages.ts';
import type { Words } from '../words/words.ts';
import type { AgentPhase, SiteView, TabletAgent } from '../worker/types.ts';

/** What every page may ask for. */
export interface Site {
  phase: AgentPhase;
  /** What was composed last, which may be what was stored before this start. */
  view: SiteView | undefined;
  /** Absent until its code is loaded. */
  agent: TabletAgent | undefined;
  words: Words;
  /** ms; moves once a minute, so that "since 07:40" and "today" stay true. */
  now: number;
  person: string;
  namePerson: (name: string) => void;
  language: Language;
  speak: (language: Language) => void;
  /** Resolves when name and language survive a power cut. */
  kept: () => Promise<void>;
}

export const SiteContext = createContext<Site | undefined>(undefined);

export function useSite(): Site {
  const site = useContext(SiteContext);
  if (site === undefined) throw new Error('unreachable: every page stands inside of <App>');
  return site;
}

export function useWords(): Words {
  return useSite().words;
}

/** Whether an agent says what is shown; else it was stored, and may be older than the last entry. */
export function isOfNow({ phase }: AgentPhase): boolean {
  return phase === 'running' || phase === 'following';
}
