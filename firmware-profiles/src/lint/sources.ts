import type { Profile } from '../schema.ts';
import { covers, OWN_CHOICE } from '../source.ts';
import type { Finding } from './problem.ts';

/** Every figure that somebody may doubt: a document or our own decision has to stand behind it. */
const FIGURES = [
  'models',
  'arch',
  'os',
  'libc',
  'runtime.engine',
  'runtime.minVersion',
  'runtime.opsets',
  'runtime.refusedOperators',
  'agent',
  'memoryMb',
  'memoryForModelMb',
  'storageMb',
  'maxModelBytes',
  'precision.int8DotProduct',
  'codecs',
  'link',
  'power',
  'bounds',
] as const;

/** Are all figures covered, do all sources point at something, and was a tested class really looked up? */
export function checkSources(profile: Profile): Finding[] {
  return [...uncovered(profile), ...dangling(profile), ...unread(profile)];
}

function uncovered(profile: Profile): Finding[] {
  return FIGURES.filter((figure) => figure !== 'models' || profile.models.length > 0)
    .filter((figure) => figure !== 'libc' || profile.libc !== undefined)
    .filter((figure) => !profile.sources.some((source) => covers(source, figure)))
    .map((field) => ({ field, problem: `has no source; name a document, or ${OWN_CHOICE} when the choice is ours` }));
}

function dangling({ sources }: Profile): Finding[] {
  return sources
    .flatMap(({ fields }) => fields)
    .filter((field) => !FIGURES.some((figure) => figure === field))
    .map((field) => ({ field: 'sources', problem: `names ${field}; expected one of ${FIGURES.join(', ')}` }));
}

function unread({ status, sources }: Profile): Finding[] {
  if (status !== 'tested') return [];
  return sources
    .filter(({ title, retrieved }) => title !== OWN_CHOICE && retrieved === null)
    .map(({ title }) => ({
      field: 'sources',
      problem: `cites ${title} from memory; a tested class needs the day it was read`,
    }));
}
