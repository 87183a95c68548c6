/**
 * The most events that `trials` independent trials of chance `p` show in all but one of a thousand cases: more than
 * this, and the chance is not what it is said to be.
 */
export function mostByChance(trials: number, p: number): number {
  let term = (1 - p) ** trials;
  let sum = term;
  let events = 0;
  while (sum < 0.999) {
    events += 1;
    term *= ((trials - events + 1) / events) * (p / (1 - p));
    sum += term;
  }
  return events;
}
