/** A seeded stream of numbers, the same on every machine. */
export interface SeededRandom {
  /** Uniform in [0, 1) with 32 bits. */
  unit(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
}

/** sfc32 (Chris Doty-Humphrey, PractRand), state filled by splitmix32. `seed` is taken modulo 2^32. */
export function createRandom(seed: number): SeededRandom {
  let mix = seed >>> 0;
  const fill = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let value = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
    return value ^ (value >>> 15);
  };
  let a = fill();
  let b = fill();
  let c = fill();
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) next();
  return {
    unit: () => next() / 0x1_0000_0000,
    below: (n) => Math.floor((next() / 0x1_0000_0000) * n),
  };
}

/** A seed for one named purpose (FNV-1a of the text), so that adding a job never shifts another job's numbers. */
export function deriveSeed(seed: number, ...purpose: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of [seed, ...purpose].join('/')) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return hash >>> 0;
}

/** Fisher–Yates in place; returns the same array. */
export function shuffle<Values extends Int32Array | Uint8Array>(values: Values, random: SeededRandom): Values {
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = values[last]!;
    values[last] = values[other]!;
    values[other] = kept;
  }
  return values;
}
