import { codeOf } from '@plumbline/shared/errors';
import type { Words } from './words.ts';

export function problemWords(error: unknown, words: Words): string {
  return wordsOfCode(codeOf(error), words);
}

export function wordsOfCode(code: string, { problems, trouble }: Words): string {
  return isKnown(code, problems) ? problems[code] : trouble.unknown(code);
}

function isKnown(code: string, problems: Words['problems']): code is keyof Words['problems'] {
  return Object.hasOwn(problems, code);
}
