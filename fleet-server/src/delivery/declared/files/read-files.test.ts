import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFiles } from './read-files.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readFiles([{ name: 'a.yaml', bytes: bytes(text) }]);
const HEAD = 'kind: Policy\nname: a\n';

describe('reading files', () => {
  const taken: [what: string, text: string, names: string[]][] = [
    [
      'several documents, empty ones and comments between them',
      `# one\n${HEAD}spec: {}\n---\n---\n# two\n---\nkind: Site\nname: b\nspec: {}\n`,
      ['a', 'b'],
    ],
    ['line ends of Windows and a byte order mark', '\uFEFFkind: Policy\r\nname: a\r\nspec: {}\r\n', ['a']],
    ['JSON', '{"kind": "Policy", "name": "a", "spec": {}}', ['a']],
    ['a few aliases', `${HEAD}spec:\n  gates: { errors: &e { atMost: 0.1 } }\n  stages: [*e, *e]\n`, ['a']],
    ['brackets in texts, as many as there are', `${HEAD}spec:\n  note: "${'['.repeat(60)}"\n`, ['a']],
    ['nothing at all', '', []],
  ];
  it.each(taken)('takes %s', (_, text, names) => {
    const { documents, problems } = read(text);
    expect({ names: documents.map(({ name }) => name), problems }).toEqual({ names, problems: [] });
  });

  const bomb = Array.from({ length: 9 }, (_, level) => `  l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`);
  const refused: [what: string, text: string, line: number, message: RegExp][] = [
    ['a tab as indentation', `${HEAD}spec:\n\tgates: {}\n`, 4, /Tabs are not allowed/],
    ['a key that stands twice', `${HEAD}name: b\nspec: {}\n`, 3, /unique/],
    ['a tag nobody knows', `${HEAD}spec: !!js/function x\n`, 3, /Unresolved tag/],
    ['aliases that multiply', `${HEAD}spec:\n  l0: &l0 [x, x]\n${bomb.join('\n')}\n`, 1, /aliases cannot be followed/],
    ['an alias in a circle', `${HEAD}spec: &s\n  x: *s\n`, 1, /aliases cannot be followed/],
    ['an alias of nothing', `${HEAD}spec: *nobody\n`, 1, /Unresolved alias/],
    ['brackets without end', '[\n'.repeat(100_000), 65, /64 deep/],
    ['lists without end on one line', '- '.repeat(100_000), 1, /64 deep/],
    ['documents without end', '---\n'.repeat(100_000), 1001, /more than 1000/],
    ['more documents than are applied together', `${HEAD}spec: {}\n---\n`.repeat(1001), 4004, /more than 1000/],
    ['a text that never ends', `${HEAD}spec: "`, 3, /quote/],
    ['a list in place of a document', '- 1\n', 1, /expected object/],
    ['a kind nobody knows', 'name: a\nkind: Polcy\nspec: {}\n', 2, /Policy/],
    ['a name that is a number', 'kind: Policy\nname: 5\nspec: {}\n', 2, /string/],
    ['a spec that is missing', `\n\n${HEAD}`, 3, /expected record/],
    ['a key beside the spec', `${HEAD}spec: {}\nlabels: {}\n`, 4, /nothing here is called labels/],
  ];
  it.each(refused)('refuses %s, with the line', (_, text, line, message) => {
    const { documents, problems } = read(text);
    expect(documents).toEqual([]);
    expect(problems[0]).toMatchObject({ file: 'a.yaml', line, message: expect.stringMatching(message) as string });
  });

  it('goes on with the other documents and files after one that is wrong', () => {
    const { documents, problems } = readFiles([
      { name: 'a.yaml', bytes: bytes(`kind: X\nname: x\nspec: {}\n---\n${HEAD}spec: {}\n`) },
      { name: 'b.yaml', bytes: Uint8Array.of(0xff, 0xfe, 0) },
      { name: 'c.yaml', bytes: bytes('kind: Site\nname: c\nspec: {}\n') },
    ]);
    expect(documents.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(problems.map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml']);
  });

  it('finds the line of a field, and of what is missing the nearest around it', () => {
    const { placeOf } = read(
      `${HEAD}spec:\n  stages:\n    - name: one\n    - name: two\n      size:\n        percent: 5\n`,
    );
    const lines = (...paths: (string | number)[][]) => paths.map((path) => placeOf(0, path).line);
    expect(
      lines(
        [],
        ['name'],
        ['spec', 'stages', 1],
        ['spec', 'stages', 1, 'size', 'percent'],
        ['spec', 'stages', 0, 'size'],
      ),
    ).toEqual([1, 2, 6, 8, 5]);
  });

  it('ends with an answer whatever it is given', () => {
    const bits = fc.constantFrom(
      'kind: Policy\n',
      'spec:\n',
      '  ',
      '- ',
      '[',
      '{',
      '}',
      ']',
      ': ',
      '&a ',
      '*a ',
      '? ',
      '!x ',
      '"',
      '|\n',
      '---\n',
      '\t',
      '%',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
        const { problems } = read(parts.join(''));
        for (const { line, message } of problems) expect([line > 0, message.length > 0]).toEqual([true, true]);
      }),
      { numRuns: 300 },
    );
  });
});
