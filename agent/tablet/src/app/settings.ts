import { chooseLanguage, LANGUAGES, type Language } from '../words/languages.ts';

const PERSON = 'plumbline-person';
const LANGUAGE = 'plumbline-language';

/** Kept beside the app and never sent by itself: who holds the tablet, and what they read. */
export function readPerson(): string {
  return read(PERSON) ?? '';
}

export function writePerson(name: string): void {
  write(PERSON, name);
}

export function readLanguage(): Language {
  const kept = read(LANGUAGE);
  return isLanguage(kept) ? kept : chooseLanguage(navigator.languages);
}

export function writeLanguage(language: Language): void {
  write(LANGUAGE, language);
}

export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && Object.hasOwn(LANGUAGES, text);
}

/** A browser that refuses storage refuses it here by throwing; the page then asks each time. */
function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}
