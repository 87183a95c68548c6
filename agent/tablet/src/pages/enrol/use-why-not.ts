import { useSite } from '../../app/site.tsx';
import { wordsOfCode } from '../../words/problem-words.ts';

/** Why the app cannot run in this browser, in sentences, each with what to do; empty where it can. */
export function useWhyNot(): string[] {
  const { phase, words } = useSite();
  if (phase.phase !== 'failed') return [];
  if (phase.code !== 'browser_unfit') return [wordsOfCode(phase.code, words)];
  const { missing, missingOther } = words.enrol;
  return phase.detail.split(', ').map((code) => missing[code] ?? missingOther(code));
}
