import { editDistance, nearest } from '@plumbline/firmware-profiles';
import { GroupError } from '../errors.ts';

const SHOWN = 64;

/** Why a selector is none: the place, the word at fault and what would have been right there. */
export function malformed(at: number, what: string, expected: string): GroupError {
  return new GroupError('selector_malformed', `selector, character ${at + 1}: ${what}`, {
    field: 'selector',
    expected,
    position: at,
  });
}

/** A word as a message shows it. */
export function shown(word: string): string {
  return JSON.stringify(word.length > SHOWN ? `${word.slice(0, SHOWN)}…` : word);
}

/** `; did you mean x?` where a known word is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const short = word.slice(0, SHOWN).toLowerCase();
  const [best] = nearest(short, known, 1);
  if (best === undefined) return '';
  const edits = editDistance(short, best.toLowerCase());
  return edits <= Math.max(1, Math.floor(best.length / 3)) ? `; did you mean ${best}?` : '';
}
