import { describe, expect, it } from 'vitest';
import { toYaml } from './yaml.ts';

describe('a policy as YAML', () => {
  it('reads as a person would write it', () => {
    const spec = {
      stages: [{ name: 'canary', size: { percent: 2.5 }, soak: '24h', days: ['mon', 'tue'] }],
      onFailure: 'pause',
      freezes: [],
    };
    expect(toYaml(spec)).toBe(
      'stages:\n  - name: canary\n    size:\n      percent: 2.5\n    soak: "24h"\n    days:\n      - mon\n      - tue\nonFailure: pause\nfreezes: []\n',
    );
  });

  it.each([
    ['a word', 'everything', 'everything'],
    ['a sentence', 'Canary, then the rest.', '"Canary, then the rest."'],
    ['a number that is text', '1.5', '"1.5"'],
    ['a time of day', '06:00', '"06:00"'],
    ['a word that is a value in YAML', 'no', '"no"'],
    ['a comment', 'a # b', '"a # b"'],
    ['a key in disguise', 'a: b', '"a: b"'],
    ['lines', 'a\nb', '"a\\nb"'],
    ['nothing', '', '""'],
    ['a list item in disguise', '- a', '"- a"'],
    ['blank behind', 'a ', '"a "'],
  ])('keeps %s what it is', (_, text, written) => {
    expect(toYaml({ value: text })).toBe(`value: ${written}\n`);
  });
});
