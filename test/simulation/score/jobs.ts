import { CLASSES, classNamed } from '../play/classes.ts';
import type { Job } from './job.ts';

/** Seeds go round the classes, so that any number of them visits all; unless they are to be of one class only. */
export function jobsFor(seeds: number, only?: string, first = 1): Job[] {
  if (only !== undefined && classNamed(only) === undefined) throw new Error(`no class of faults ${only}`);
  return Array.from({ length: seeds }, (_, i): Job => {
    const seed = first + i;
    return { kind: 'seed', seed, class: only ?? CLASSES[(seed - 1) % CLASSES.length]?.name ?? '' };
  });
}
