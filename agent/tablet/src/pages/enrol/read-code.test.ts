import { describe, expect, it } from 'vitest';
import { readCode } from './read-code.ts';

describe('an enrolment code', () => {
  it.each([
    ['plumbline1.eyJ2IjoxfQ', 'plumbline1.eyJ2IjoxfQ'],
    ['  plumbline1.eyJ2\n  IjoxfQ ', 'plumbline1.eyJ2IjoxfQ'],
    ['https://site.example:8444/#enrol=plumbline1.eyJ2IjoxfQ', 'plumbline1.eyJ2IjoxfQ'],
    ['https://site.example/', undefined],
    ['plumbline1.<script>', undefined],
    ['', undefined],
  ])('in %j is %s', (text, code) => {
    expect(readCode(text)).toBe(code);
  });
});
