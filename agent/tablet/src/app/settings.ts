import { chooseLanguage, LANGUAGES, type Language } from '../words/languages.ts';
import type { Preferences } from '../worker/types.ts';

/** Who holds the tablet, and what they read. */
export interface Settings {
  person: string;
  language: Language;
}

export function settingsOf({ person = '', language }: Preferences): Settings {
  return { person, language: isLanguage(language) ? language : chooseLanguage(navigator.languages) };
}

export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && Object.hasOwn(LANGUAGES, text);
}
