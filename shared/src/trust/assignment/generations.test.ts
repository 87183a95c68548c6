import { assert, integer, nat, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../bytes.ts';
import { encodeGeneration, readGenerations } from './generations.ts';

const states = uint8Array({ maxLength: 200 });
const [older, newer] = [encodeGeneration(7, utf8('generation 7')), encodeGeneration(8, utf8('generation 8'))];

describe('two generations', () => {
  it('come back as they were written', () => {
    assert(
      property(nat(Number.MAX_SAFE_INTEGER), states, (n, state) => {
        expect(readGenerations(encodeGeneration(n, state), undefined)).toEqual({ n, state });
      }),
    );
  });

  it('give the newest, in whichever place it lies', () => {
    expect(readGenerations(older, newer)?.n).toBe(8);
    expect(readGenerations(newer, older)?.n).toBe(8);
  });

  it('give the other one wherever the newest was torn', () => {
    for (let length = 0; length < newer.length; length += 1) {
      expect(readGenerations(older, newer.slice(0, length)), `${length} bytes`).toEqual({
        n: 7,
        state: utf8('generation 7'),
      });
    }
  });

  it('give the other one whichever bit of the newest was flipped', () => {
    assert(
      property(integer({ min: 0, max: newer.length * 8 - 1 }), (bit) => {
        const flipped = newer.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(readGenerations(flipped, older)?.n).toBe(7);
      }),
    );
  });

  it('give the other one when a torn write left the end of what was there before', () => {
    for (let length = 1; length < newer.length; length += 1) {
      const torn = Uint8Array.from([...newer.slice(0, length), ...older.slice(length)]);
      expect(readGenerations(torn, older)?.n, `${length} bytes`).toBe(7);
    }
  });

  it.each([
    ['nothing', undefined, undefined],
    ['empty places', new Uint8Array(), new Uint8Array()],
    ['zeros', new Uint8Array(100), new Uint8Array(100)],
    ['something else', utf8('{"seq":9007199254740991}'), utf8('SQLite format 3')],
  ])('are none where there is %s: the caller begins with its baked root', (_, a, b) => {
    expect(readGenerations(a, b)).toBeUndefined();
  });

  it('never throw, whatever lies there', () => {
    assert(
      property(uint8Array({ maxLength: 300 }), uint8Array({ maxLength: 300 }), (a, b) => {
        expect(readGenerations(a, b)).toBeUndefined();
      }),
    );
  });

  it('may lie within a larger buffer', () => {
    const large = new Uint8Array(newer.length + 20);
    large.set(newer, 10);
    expect(readGenerations(large.subarray(10, 10 + newer.length), undefined)?.n).toBe(8);
  });
});
