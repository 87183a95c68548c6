import { EMPTY_NAMES, SIZES } from './rules.ts';

export interface Measured {
  medianLines: number;
  ninetiethLines: number;
  /** Messages about single files and folders. */
  breaches: string[];
}

const isTest = (path: string) => /\.test\.tsx?$/.test(path);

/** Sizes and shape of a code base: text by path from the root of the repository, tests included. */
export function measure(files: ReadonlyMap<string, string>): Measured {
  const lengths = new Map([...files].map(([path, text]) => [path, linesOf(text)]));
  const sources = [...lengths].filter(([path]) => !isTest(path)).map(([, lines]) => lines);
  const sorted = sources.toSorted((a, b) => a - b);
  return {
    medianLines: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
    ninetiethLines: sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0,
    breaches: [...tooLong(lengths), ...tooFull([...files.keys()]), ...tooDeep([...files.keys()]), ...empty(files)],
  };
}

function linesOf(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function tooLong(lengths: ReadonlyMap<string, number>): string[] {
  return [...lengths].flatMap(([path, lines]) => {
    const limit = isTest(path) ? SIZES.testLines : SIZES.sourceLines;
    return lines > limit ? [`${path} has ${lines} lines; at most ${limit}`] : [];
  });
}

function tooFull(paths: readonly string[]): string[] {
  const folders = new Map<string, number>();
  for (const path of paths.filter((one) => !isTest(one) && !isNumbered(one))) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return [...folders]
    .filter(([, count]) => count > SIZES.filesInFolder)
    .map(([folder, count]) => `${folder}/ holds ${count} source files; at most ${SIZES.filesInFolder}`);
}

/** One of a series that only grows, such as migrations: nobody looks for it among the others. */
function isNumbered(path: string): boolean {
  return /\/\d{4}-[^/]+$/.test(path);
}

function tooDeep(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const folders = /^[^/]+\/src\/(.*)\//.exec(path)?.[1]?.split('/') ?? [];
    const limit = SIZES.levels + (path.startsWith('fleet-server/') ? 1 : 0);
    return folders.length > limit ? [`${path} lies ${folders.length} folders under src; at most ${limit}`] : [];
  });
}

function empty(files: ReadonlyMap<string, string>): string[] {
  return [...files.keys()].flatMap((path) => {
    const words = path.split(/[/.-]/);
    const word = EMPTY_NAMES.find((name) => words.includes(name));
    return word ? [`${path} is called ${word}, which says nothing about its purpose`] : [];
  });
}
