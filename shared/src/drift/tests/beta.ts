import { logGamma } from '../chi-square.ts';

export interface Beta {
  a: number;
  b: number;
  /** ln B(a, b). */
  log: number;
}

export function betaOf(a: number, b: number): Beta {
  return { a, b, log: logGamma(a) + logGamma(b) - logGamma(a + b) };
}

/** Share of Beta(a, b) below x: the regularised incomplete beta function. */
export function betaShare(x: number, { a, b, log }: Beta): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - log);
  // The fraction converges fast on the near side of the mean only.
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** Chance of `count` or more in `trials` independent ones of this rate; exact, for one look only. */
export function binomialTail(count: number, trials: number, rate: number): number {
  if (count <= 0) return 1;
  return count > trials ? 0 : betaShare(rate, betaOf(count, trials - count + 1));
}

/** Upper tail of Fisher's F, P(F > f), with `above` and `below` degrees of freedom of numerator and denominator. */
export function fTail(f: number, above: number, below: number): number {
  if (f <= 0 || above <= 0) return 1;
  return betaShare(below / (below + above * f), betaOf(below / 2, above / 2));
}

const TINY = 1e-300;
const MAX_TERMS = 20_000;

/** Continued fraction DLMF 8.17.22, by the modified Lentz method. */
function fraction(x: number, a: number, b: number): number {
  let [c, d] = [1, 1 / nonZero(1 - ((a + b) * x) / (a + 1))];
  let value = d;
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const before = value;
    for (const term of [even, odd]) {
      d = 1 / nonZero(1 + term * d);
      c = nonZero(1 + term / c);
      value *= c * d;
    }
    if (Math.abs(value - before) <= 1e-14 * Math.abs(value)) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
