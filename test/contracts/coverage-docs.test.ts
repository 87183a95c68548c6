import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { DOCS } from './docs-blocks.ts';
import { brokenLinks, commandsIn, missingOf, rowsOf, wholeProgram, type Described, type Row } from './docs-links.ts';

let rows: Row[];
let program: Described;
beforeAll(async () => {
  [rows, program] = await Promise.all([rowsOf('coverage.md'), wholeProgram()]);
});
const named = (here: string) => rows.filter((row) => row.here === here);

describe('the page of what is covered', () => {
  it('says of every feature one of two things, and names none twice', () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(new Set(rows.map(({ here }) => here))).toEqual(new Set(['delivered', 'not']));
    expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
  });

  it('leads to pages and headings that are there', async () => {
    expect(await brokenLinks('coverage.md')).toEqual([]);
    expect(named('delivered').filter(({ where }) => !where.includes(']('))).toEqual([]);
  });

  it('names commands and options that are there', () => {
    const commands = named('delivered').flatMap(({ where }) => commandsIn(where));
    expect(commands.length).toBeGreaterThan(60);
    expect(commands.flatMap((line) => missingOf(program, line) ?? [])).toEqual([]);
  });

  it('gives one sentence for what does not come', () => {
    expect(named('not').filter(({ where }) => !/^[A-Z][^.]+\.$/.test(where))).toEqual([]);
  });

  it('would notice a heading, command or option that went', () => {
    expect(missingOf(program, 'plumbline runs forget')).toContain('no command forget');
    expect(missingOf(program, 'plumbline train --luck')).toContain('no option --luck');
    expect(missingOf(program, 'plumbline models alias delay champion --expected')).toBeUndefined();
  });
});

describe('the pages about other programs', () => {
  it('lead to pages, headings and commands that are there', async () => {
    for (const page of await readdir(`${DOCS}integrations`)) {
      const commands = commandsIn(await readFile(`${DOCS}integrations/${page}`, 'utf8'));
      const missing = commands.flatMap((line) => missingOf(program, line) ?? []);
      expect([page, await brokenLinks(`integrations/${page}`), missing]).toEqual([page, [], []]);
    }
  });
});
