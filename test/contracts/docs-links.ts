import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DOCS } from './docs-blocks.ts';

const CLI = new URL('../../fleet-server/src/entry/cli/', import.meta.url);

/** What is read of a command of `commander`, which belongs to the fleet server. */
export interface Described {
  name(): string;
  readonly commands: readonly Described[];
  readonly options: readonly { long?: string }[];
}

/** Links of a page that lead nowhere: no such file, or no such heading in it. */
export async function brokenLinks(page: string): Promise<string[]> {
  const text = await readFile(join(DOCS, page), 'utf8');
  const broken: string[] = [];
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [file = '', heading] = target.split('#');
    const path = file === '' ? page : join(dirname(page), file);
    const there = await readFile(join(DOCS, path), 'utf8').catch(() => undefined);
    if (there === undefined) broken.push(target);
    else if (heading !== undefined && !headingsOf(there).has(heading)) broken.push(target);
  }
  return broken;
}

/** Anchors as GitHub makes them. */
function headingsOf(text: string): Set<string> {
  const prose = text.replace(/^```[^]*?^```$/gm, '');
  const titles = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}

/** The command line with all its commands, none of which is run. */
export async function wholeProgram(): Promise<Described> {
  const main = await readFile(new URL('main.ts', CLI), 'utf8');
  const { Command } = createRequire(new URL('main.ts', CLI))('commander') as {
    Command: new (name: string) => Described;
  };
  const program = new Command('plumbline');
  for (const [, file = '', name = ''] of main.matchAll(/\(await import\('(\.\/[^']+)'\)\)\.(\w+),/g)) {
    const module = (await import(new URL(file, CLI).href)) as Record<string, (program: Described) => void>;
    module[name]?.(program);
  }
  return program;
}

/** Every command takes these. */
const GLOBAL = new Set(['--json', '--state', '--as']);

/** What of a command line does not exist: a command, or an option of it. @returns undefined when all of it does */
export function missingOf(program: Described, line: string): string | undefined {
  const [, ...words] = line.split(/\s+/);
  let command: Described = program;
  for (const word of words) {
    if (word.startsWith('--')) {
      const isKnown = GLOBAL.has(word) || command.options.some(({ long }) => long === word);
      if (!isKnown) return `${line}: no option ${word}`;
      continue;
    }
    const next = command.commands.find((one) => one.name() === word);
    if (next !== undefined) command = next;
    // Once there are no commands below it, words are its arguments.
    else if (command.commands.length > 0) return `${line}: no command ${word}`;
  }
  return undefined;
}

export interface Row {
  what: string;
  here: string;
  where: string;
}

/** Rows of all tables of a page with three columns. */
export async function rowsOf(page: string): Promise<Row[]> {
  const text = await readFile(join(DOCS, page), 'utf8');
  return [...text.matchAll(/^\| *([^|\n]+?) *\| *([^|\n]+?) *\| *([^|\n]+?) *\|$/gm)]
    .map(([, what = '', here = '', where = '']) => ({ what, here, where }))
    .filter(({ what, here }) => what !== 'what' && !/^-+$/.test(here));
}

export function commandsIn(text: string): string[] {
  return [...text.matchAll(/`(plumbline [^`]+)`/g)].map(([, line = '']) => line);
}
