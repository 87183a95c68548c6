import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTargetPath, matchesPattern, metadataFileName } from './paths.ts';

describe('a pattern', () => {
  it.each([
    ['*', 'a.txt', true],
    ['*', 'a/b.txt', false],
    ['models/*', 'models/delay/3', false],
    ['models/delay/*/*', 'models/delay/3/tree.plb', true],
    ['models/delay/*/*', 'models/delay/3/x/tree.plb', false],
    ['models/delay/*/*', 'models/delays/3/tree.plb', false],
    ['models/delay/*/*', 'models/delay//tree.plb', true],
    ['file?.txt', 'file1.txt', true],
    ['file?.txt', 'file.txt', false],
    ['file?.txt', 'file/.txt', false],
    ['FILE.txt', 'file.txt', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-b-b-', false],
    ['[ab]', 'a', false],
    ['', '', true],
    ['**', 'anything', true],
  ])('%j against %j: %s', (pattern, path, matches) => {
    expect(matchesPattern(pattern, path)).toBe(matches);
  });
});

describe('a path that becomes a file', () => {
  it.each(['a', 'models/delay/3/tree.plb', '.hidden', 'a..b', 'x'.repeat(512)])('may be %j', (path) => {
    expect(checkTargetPath(path)).toBe(path);
  });

  it.each([
    '',
    '/etc/passwd',
    '..',
    '../x',
    'a/../../x',
    'a/..',
    './a',
    'a//b',
    'a/',
    String.raw`..\x`,
    String.raw`C:\x`,
    'C:/x',
    'a\u0000.plb',
    '%2e%2e/x',
    '%2E%2E%2Fx',
    'a\nb',
    'ä',
    'x'.repeat(513),
    'x'.repeat(4096),
  ])('is refused as %j', (path) => {
    expect(() => checkTargetPath(path)).toThrow(expect.objectContaining({ code: 'bad_path', field: 'path' }));
  });
});

describe('the file of a role', () => {
  it.each([
    ['timestamp', 'timestamp.json'],
    ['line-delay', 'line-delay.json'],
    ['?', '%3F.json'],
    ['/delegatedrole', '%2Fdelegatedrole.json'],
    ['../delegatedrole', '..%2Fdelegatedrole.json'],
    ['..', '...json'],
    ['%2e', '%252e.json'],
    [String.raw`..\x`, '..%5Cx.json'],
    ['a\u0000b', 'a%00b.json'],
    ["it's*", 'it%27s%2A.json'],
  ])('%j is %j', (role, file) => {
    expect(metadataFileName(role)).toBe(file);
  });

  it('is one name within its folder, whatever the role is called', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 20 }), (role) => {
        const file = metadataFileName(role);
        expect(file).toMatch(/^[\w.%~-]*\.json$/);
        expect(decodeURIComponent(file)).toBe(`${role}.json`);
      }),
    );
  });

  it.each(['x'.repeat(251), '/'.repeat(90), 'x'.repeat(4096)])(
    'is refused when no file system would take it',
    (role) => {
      expect(() => metadataFileName(role)).toThrow(expect.objectContaining({ code: 'bad_path', field: 'role' }));
    },
  );
});
