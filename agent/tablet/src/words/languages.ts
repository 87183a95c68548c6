import { english } from './english/index.ts';
import { createFormat } from './format.ts';
import { createWords, type Catalogue, type Words } from './words.ts';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

/** English comes with the page; any other language when somebody wants it. */
const CATALOGUES: Record<Language, () => Promise<Catalogue>> = {
  en: async () => english,
  de: async () => (await import('./german/index.ts')).german,
};

/**
 * @param wanted languages of the person, the best first: `['de-AT', 'en']`; their regions decide on dates and numbers
 * @param zone of the site, which its times are in
 */
export async function loadWords(language: Language, wanted: readonly string[], zone?: string): Promise<Words> {
  const locale = wanted.find((one) => languageOf(one) === language) ?? language;
  return createWords(await CATALOGUES[language](), createFormat(locale, zone));
}

export function chooseLanguage(wanted: readonly string[]): Language {
  return wanted.map(languageOf).find((one) => one !== undefined) ?? 'en';
}

function languageOf(locale: string): Language | undefined {
  const start = locale.split('-')[0];
  return start === 'en' || start === 'de' ? start : undefined;
}
