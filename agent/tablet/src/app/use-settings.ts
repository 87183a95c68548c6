import { useCallback, useRef, useState } from 'preact/hooks';
import type { Language } from '../words/languages.ts';
import { keepPreferences } from '../worker/stored.ts';
import { createKeeper } from './keeper.ts';
import type { Settings } from './settings.ts';

interface KeptSettings extends Settings {
  namePerson: (name: string) => void;
  speak: (language: Language) => void;
  /** Resolves when name and language survive a power cut, or the browser would not have them: then it asks each time. */
  kept: () => Promise<void>;
  /** What a storage that answered late knows. */
  found: (settings: Settings) => void;
}

export function useSettings(first: Settings): KeptSettings {
  const [keeper] = useState(() => createKeeper<Settings>((settings) => keepPreferences({ ...settings })));
  const latest = useRef(first);
  const [settings, setSettings] = useState(first);
  const found = useCallback((next: Settings) => {
    latest.current = next;
    setSettings(next);
  }, []);
  const change = (part: Partial<Settings>) => {
    found({ ...latest.current, ...part });
    keeper.put(latest.current);
  };
  return {
    ...settings,
    namePerson: useCallback((person: string) => change({ person }), []),
    speak: useCallback((language: Language) => change({ language }), []),
    kept: keeper.kept,
    found,
  };
}
