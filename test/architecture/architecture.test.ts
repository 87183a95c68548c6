import { beforeAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { measure, type Measured } from './measure.ts';
import { readRepository, readTopLevel } from './read-repository.ts';
import { SIZES, TOP_LEVEL } from './rules.ts';

let files: Map<string, string>;
let measured: Measured;

beforeAll(async () => {
  // What a tool writes is not read by people.
  files = new Map([...(await readRepository())].filter(([path]) => !path.endsWith('.generated.ts')));
  measured = measure(files);
});

describe('the code base', () => {
  it('is read at all: every package that exists shows up', () => {
    const packages = new Set([...files.keys()].map((path) => path.split('/')[0]));
    expect([...packages].toSorted()).toEqual(['agent', 'firmware-profiles', 'fleet-server', 'shared']);
  });

  it('keeps to the import table of the design and has no cycles', () => {
    expect(check(new Map([...files].filter(([path]) => !/\.test\.tsx?$/.test(path))))).toEqual([]);
  });

  it('has no file or folder that is too long, too full, too deep or named after nothing', () => {
    expect(measured.breaches).toEqual([]);
  });

  it(`has a median file of at most ${SIZES.medianLines} lines, and nine in ten of at most ${SIZES.ninetiethLines}`, () => {
    const { medianLines, ninetiethLines } = measured;
    const inLimits = medianLines <= SIZES.medianLines && ninetiethLines <= SIZES.ninetiethLines;
    expect({ medianLines, ninetiethLines, inLimits }).toEqual({ medianLines, ninetiethLines, inLimits: true });
  });

  it('has nothing at its top level but what the design lists', async () => {
    const allowed: readonly string[] = TOP_LEVEL;
    const others = (await readTopLevel()).filter((name) => !name.startsWith('.') && !allowed.includes(name));
    expect(others).toEqual([]);
  });
});
