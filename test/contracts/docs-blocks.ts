import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const DOCS = fileURLToPath(new URL('../../shared/docs/', import.meta.url));

export interface Block {
  /** What stands behind the language: `tested`, `file=NAME`. */
  info: string;
  language: string;
  text: string;
}

/** Fenced blocks of a page, in their order; also those in a list. */
export async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(`${DOCS}${page}`, 'utf8');
  return [...text.matchAll(/^( *)```(\w+) ?(.*)\n([^]*?)^\1```$/gm)].map(
    ([, , language = '', info = '', block = '']) => ({ language, info: info.trim(), text: block }),
  );
}

export function filesOf(blocks: readonly Block[]): [name: string, text: string][] {
  return blocks.flatMap(({ info, text }) => {
    const [, name] = /^file=(\S+)$/.exec(info) ?? [];
    return name === undefined ? [] : [[name, text] as [string, string]];
  });
}

/** Commands of the blocks that are marked `tested`; one that goes on over several lines is one. */
export function testedOf(blocks: readonly Block[]): string[][] {
  return blocks
    .filter(({ language, info }) => language === 'bash' && info === 'tested')
    .map(({ text }) =>
      text
        .replace(/\\\n\s*/g, '')
        .split('\n')
        .filter((line) => line.trim() !== ''),
    );
}
