/** Devices that are named in a decision; of more, the number is told. */
export const NAMED = 20;
/** In a sentence. */
const SPOKEN = 5;

/** `gw-1, gw-2 and 40 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, SPOKEN).join(', ');
  return names.length > SPOKEN ? `${shown} and ${names.length - SPOKEN} more` : shown;
}
