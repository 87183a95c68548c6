import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { FIELD_NAMES, FIELDS, OPERATORS_OF, parseSelector, printSelector } from './index.ts';

let text: string;

beforeAll(async () => {
  text = await readFile(new URL('../../../../../shared/docs/groups.md', import.meta.url), 'utf8');
});

function linesOf(kind: string): string[] {
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\``, 'gms'))];
  return blocks.flatMap(([, block = '']) => block.trim().split('\n'));
}

/** Cells of the table of fields by what stands in the first, its backticks left out. */
function rows(): Map<string, string[]> {
  const cells = text.split('\n').flatMap((line) => {
    const [, name, rest = ''] = /^\| `([^`]+)`\s*\|(.*)\|$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, rest.split('|').map((cell) => cell.trim())] as const];
  });
  return new Map(cells);
}

describe('the reference of the selector language', () => {
  it('shows selectors that are some, and read the same after they are printed', () => {
    expect(linesOf('selector').length).toBeGreaterThan(5);
    for (const line of linesOf('selector')) {
      const selector = parseSelector(line);
      expect(parseSelector(printSelector(selector))).toEqual(selector);
    }
  });

  it('shows refusals word by word', () => {
    expect(linesOf('refused').length).toBeGreaterThan(5);
    for (const line of linesOf('refused')) {
      const [selector = '', message = ''] = line.split('→').map((part) => part.trim());
      expect(() => parseSelector(selector)).toThrow(`selector, ${message}`);
    }
  });

  it('has a row for every field, with the operators that compare it', () => {
    const documented = rows();
    expect([...new Set([...documented.keys()].map((name) => name.replace(/\(.*/, '')))]).toEqual(FIELD_NAMES);
    for (const [name, [, operators = '']] of documented) {
      const field = FIELD_NAMES.find((one) => one === name.replace(/\(.*/, '')) ?? 'id';
      const type = name.startsWith('runs(') ? 'version' : FIELDS[field].type;
      const named = [...operators.matchAll(/`([^`]+)`/g)].map(([, operator]) => operator);
      expect({ name, operators: named }).toEqual({ name, operators: [...OPERATORS_OF[type]] });
    }
  });
});
