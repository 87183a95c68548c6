import { describe, expect, it } from 'vitest';
import { measure } from './measure.ts';

const lines = (count: number) => 'x\n'.repeat(count);
const sized = (...counts: number[]) =>
  new Map(counts.map((count, index) => [`shared/src/r${index}/a.ts`, lines(count)]));

describe('measure', () => {
  it('takes the median and the file that nine in ten do not exceed, tests left out', () => {
    const files = sized(1, 2, 3, 4, 5, 6, 7, 8, 9, 300).set('shared/src/r0/a.test.ts', lines(599));
    expect(measure(files)).toEqual({ medianLines: 5, ninetiethLines: 9, breaches: [] });
  });

  it('counts a last line without line break', () => {
    expect(measure(new Map([['shared/src/r/a.ts', 'x\ny']])).medianLines).toBe(2);
  });

  it.each([
    ['a source above 400 lines', 'shared/src/wire/a.ts', 401, /401 lines; at most 400/],
    ['a test above 600 lines', 'shared/src/wire/a.test.ts', 601, /601 lines; at most 600/],
    ['three folders under src', 'agent/src/node/cli/commands/a.ts', 1, /3 folders under src; at most 2/],
    [
      'four folders under src of the server',
      'fleet-server/src/supply/onnx/codec/wire/a.ts',
      1,
      /4 folders under src; at most 3/,
    ],
    ['a folder named after nothing', 'shared/src/utils/a.ts', 1, /called utils/],
    ['a file named after nothing', 'shared/src/wire/helpers.ts', 1, /called helpers/],
    ['an empty word inside a name', 'agent/src/link/link-manager.ts', 1, /called manager/],
  ])('catches %s', (_, path, count, breach) => {
    expect(measure(new Map([[path, lines(count)]])).breaches).toEqual([expect.stringMatching(breach)]);
  });

  it.each([
    ['a source of 400 lines', 'shared/src/wire/a.ts', 400],
    ['a test of 600 lines', 'shared/src/wire/a.test.ts', 600],
    ['a room and a folder in it', 'agent/src/node/cli/a.ts', 1],
    ['a wing, a room and a folder in it', 'fleet-server/src/supply/onnx/codec/a.ts', 1],
    ['a name that only contains such a word', 'shared/src/drift/uncommon-libraries.ts', 1],
  ])('allows %s', (_, path, count) => {
    expect(measure(new Map([[path, lines(count)]])).breaches).toEqual([]);
  });

  it('catches the thirteenth source file of a folder, not counting tests', () => {
    const twelve = new Map(Array.from({ length: 12 }, (_, index) => [`shared/src/wire/f${index}.ts`, '']));
    twelve.set('shared/src/wire/f0.test.ts', '');
    expect(measure(twelve).breaches).toEqual([]);
    expect(measure(twelve.set('shared/src/wire/f12.ts', '')).breaches).toEqual([
      'shared/src/wire/ holds 13 source files; at most 12',
    ]);
  });

  it('does not count what is numbered in a series', () => {
    const series = new Map(Array.from({ length: 20 }, (_, index) => [`shared/src/wire/00${10 + index}-step.ts`, '']));
    expect(measure(series).breaches).toEqual([]);
  });
});
