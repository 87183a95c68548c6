/**
 * A binomial number, exact: steps outwards from the commonest count until the chance drawn is used up, which takes about
 * √(n p) steps. A hundred thousand rows cost a few hundred, so that tests of large windows are cheap.
 */
export function drawBinomial(next: () => number, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const odds = p / (1 - p);
  const mode = Math.min(n, Math.floor((n + 1) * p));
  let [low, high] = [mode, mode];
  let below = Math.exp(logChoose(n, mode) + mode * Math.log(p) + (n - mode) * Math.log1p(-p));
  let above = below;
  let left = next() - below;
  while (left > 0 && (low > 0 || high < n)) {
    if (high < n) {
      above *= ((n - high) / (high + 1)) * odds;
      high += 1;
      left -= above;
      if (left <= 0) return high;
    }
    if (low > 0) {
      below *= low / (n - low + 1) / odds;
      low -= 1;
      left -= below;
      if (left <= 0) return low;
    }
  }
  return mode;
}

/** `n` rows dealt out over bins of these shares, which add up to 1. */
export function drawCounts(next: () => number, n: number, shares: readonly number[]): number[] {
  let [rows, rest] = [n, 1];
  return shares.map((share, i) => {
    const count = i === shares.length - 1 ? rows : drawBinomial(next, rows, Math.min(1, share / rest));
    rows -= count;
    rest -= share;
    return count;
  });
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Exact sums to 20, Stirling's series beyond: error below 1e-10. */
function logFactorial(n: number): number {
  if (n < 20) {
    let log = 0;
    for (let i = 2; i <= n; i += 1) log += Math.log(i);
    return log;
  }
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
