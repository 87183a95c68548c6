import type { Words } from './words.ts';

/** What the log says is the site's own word; those of our list are said in the language of the reader. */
export function causeWords(cause: string, { causes }: Words): string {
  return isOurs(cause, causes) ? causes[cause] : cause;
}

function isOurs(cause: string, causes: Words['causes']): cause is keyof Words['causes'] {
  return Object.hasOwn(causes, cause);
}
