import { findCycles } from './cycles.ts';
import { readSource, type ImportedName, type Mention } from './read-source.ts';
import { placeOf, roomOf, targetOf } from './resolve.ts';
import { IMPORT_RULES, MENTION_RULES, WINGS } from './rules.ts';

interface Import extends ImportedName {
  target: string;
}

interface Source {
  path: string;
  imports: Import[];
  mentions: Mention[];
}

/**
 * Every breach of the import table, of the forbidden names and of "no cycles" in these sources.
 * @param files text by path from the root of the repository; tests left out
 * @returns one message a breach: `file:line imports X: rule`
 */
export function check(files: ReadonlyMap<string, string>): string[] {
  const sources = [...files].map(([path, text]): Source => {
    const { imports, mentions } = readSource(path, text);
    return { path, mentions, imports: imports.map((one) => ({ ...one, target: targetOf(path, one.specifier) })) };
  });
  return [...sources.flatMap(importBreaches), ...sources.flatMap(mentionBreaches), ...cycleBreaches(sources)];
}

function importBreaches({ path, imports }: Source): string[] {
  return imports.flatMap(({ specifier, target, line }) =>
    [...tableBreaches(path, target), ...orderBreaches(path, target)].map(
      (rule) => `${path}:${line} imports ${specifier}: ${rule}`,
    ),
  );
}

function tableBreaches(path: string, target: string): string[] {
  return IMPORT_RULES.filter(({ from, to }) => from.test(path) && to.test(target))
    .filter(({ unless }) => !unless?.some((one) => one.from.test(path) && one.to.test(target)))
    .map(({ rule }) => rule);
}

/** A wing imports the wings before it, a room the rooms before it. */
function orderBreaches(path: string, target: string): string[] {
  const here = placeOf(path);
  const there = placeOf(target);
  if (here.wing === undefined || there.wing === undefined) return [];
  const wings = WINGS.map(({ wing }) => wing);
  const [from, to] = [wings.indexOf(here.wing), wings.indexOf(there.wing)];
  if (from === -1 || to === -1) return [`${from === -1 ? here.wing : there.wing} is no wing of the design`];
  if (to > from) return [`${here.wing} stands before ${there.wing}; what it needs of it must come as a value`];
  if (to < from || here.room === undefined || there.room === undefined) return [];
  const rooms = WINGS[from]?.rooms ?? [];
  const unknown = [here.room, there.room].find((room) => !rooms.includes(room));
  if (unknown !== undefined) return [`${here.wing}/${unknown} is no room of the design`];
  return rooms.indexOf(there.room) > rooms.indexOf(here.room)
    ? [`in ${here.wing} the room ${here.room} stands before ${there.room}`]
    : [];
}

function mentionBreaches({ path, mentions }: Source): string[] {
  return MENTION_RULES.filter(({ from }) => from.test(path)).flatMap(({ names, rule }) =>
    mentions
      .filter(({ name }) => names.some((forbidden) => forbidden === name))
      .map(({ name, line }) => `${path}:${line} mentions ${name}: ${rule}`),
  );
}

/** Cycles at run time always; cycles that exist for types only are a matter of the room they stay in. */
function cycleBreaches(sources: readonly Source[]): string[] {
  const atRunTime = findCycles(edgesOf(sources, (one) => !one.isType));
  const inTypes = findCycles(edgesOf(sources, () => true))
    .filter((files) => new Set(files.map(roomOf)).size > 1)
    .filter((files) => !atRunTime.some((cycle) => cycle.join() === files.join()));
  return [
    ...atRunTime.map((files) => `${files.join(', ')} import each other in a cycle`),
    ...inTypes.map((files) => `${files.join(', ')} import each other in a cycle of types over more than one room`),
  ];
}

function edgesOf(sources: readonly Source[], counts: (one: Import) => boolean): Map<string, string[]> {
  return new Map(sources.map(({ path, imports }) => [path, imports.filter(counts).map(({ target }) => target)]));
}
