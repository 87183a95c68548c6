import type { PayloadSource } from '../worker/types.ts';
import type { Words } from './words.ts';

/** Why the last model came over the way out of the site: in words, or as its detail where a code is newer than the words. */
export function whyNotNearby(
  { because, detail }: Extract<PayloadSource, { from: 'server' }>,
  { nearby }: Words,
): string {
  return isKnown(because, nearby) ? nearby[because] : detail;
}

function isKnown(code: string, nearby: Words['nearby']): code is keyof Words['nearby'] {
  return Object.hasOwn(nearby, code);
}
