/**
 * What a graph computes after its columns and trees, as far as it stays a sum under functions that only rise.
 * Leaves are numbered: a column, or the sum of an ensemble for one target.
 */
export type Expression =
  | Sum
  | { kind: 'link'; link: 'sigmoid' | 'softmax' | 'normalise'; of: readonly Expression[]; at: number }
  | { kind: 'clip'; of: Expression; low: number; high: number }
  /** `of × times + plus`, where `of` is no sum. */
  | { kind: 'scaled'; of: Expression; times: number; plus: number };

export interface Sum {
  kind: 'sum';
  terms: ReadonlyMap<number, number>;
  plus: number;
}

/** `margin`: before a link function such as the sigmoid. `score`: in the unit of the score itself. */
export type Scale = 'margin' | 'score';

/** The sum that reasons add up to. */
export interface RawScore extends Omit<Sum, 'kind'> {
  scale: Scale;
}

export function leaf(id: number): Sum {
  return { kind: 'sum', terms: new Map([[id, 1]]), plus: 0 };
}

/** `Σ weights[i] × of[i] + plus`; undefined where that is neither a sum nor one value scaled. */
export function combine(
  of: readonly Expression[],
  weightOf: (at: number) => number,
  plus: number,
): Expression | undefined {
  const terms = new Map<number, number>();
  let total = plus;
  let other: { of: Expression; times: number } | undefined;
  for (const [at, each] of of.entries()) {
    const weight = weightOf(at);
    if (weight === 0) continue;
    if (each.kind === 'sum') {
      for (const [id, factor] of each.terms) terms.set(id, (terms.get(id) ?? 0) + weight * factor);
      total += weight * each.plus;
    } else if (other === undefined) {
      other = { of: each, times: weight };
    } else return undefined;
  }
  if (other === undefined) return { kind: 'sum', terms, plus: total };
  if (terms.size > 0) return undefined;
  return other.times === 1 && total === 0 ? other.of : { kind: 'scaled', ...other, plus: total };
}

/** The same link for each of the values. */
export function linked(link: 'sigmoid' | 'softmax' | 'normalise', of: readonly Expression[]): Expression[] {
  return of.map((each, at) =>
    link === 'sigmoid' ? { kind: 'link', link, of: [each], at: 0 } : { kind: 'link', link, of, at },
  );
}

/**
 * What stands before the link functions. Of two classes under a softmax that is the difference of their margins (the
 * log-odds), of several the margin of the class itself.
 */
export function rawScoreOf(of: Expression): RawScore | undefined {
  if (of.kind === 'sum') return { terms: of.terms, plus: of.plus, scale: 'score' };
  if (of.kind === 'clip') return rawScoreOf(of.of);
  if (of.kind === 'link') {
    const own = rawScoreOf(of.of[of.at]!);
    if (own === undefined || of.link === 'normalise') return own;
    const other = of.link === 'softmax' && of.of.length === 2 ? rawScoreOf(of.of[1 - of.at]!) : undefined;
    return { ...(other === undefined ? own : added(own, other, -1)), scale: 'margin' };
  }
  const inner = rawScoreOf(of.of);
  if (inner === undefined) return undefined;
  const { times, plus } = of;
  // 1 − σ(m) is σ(−m): the margin turns its sign. Any other stretch of a probability has no margin of its own.
  if (inner.scale === 'margin' && Math.abs(times) !== 1) return undefined;
  const terms = new Map([...inner.terms].map(([id, factor]) => [id, factor * times]));
  return { terms, plus: inner.plus * times + (inner.scale === 'margin' ? 0 : plus), scale: inner.scale };
}

function added(a: RawScore, b: RawScore, times: number): RawScore {
  const terms = new Map(a.terms);
  for (const [id, factor] of b.terms) terms.set(id, (terms.get(id) ?? 0) + times * factor);
  return { ...a, terms, plus: a.plus + times * b.plus };
}

/** What the graph would answer, in double. */
export function valueOfExpression(of: Expression, leaves: (id: number) => number): number {
  if (of.kind === 'sum') {
    let total = of.plus;
    for (const [id, factor] of of.terms) total += factor * leaves(id);
    return total;
  }
  if (of.kind === 'clip') return Math.min(of.high, Math.max(of.low, valueOfExpression(of.of, leaves)));
  if (of.kind === 'scaled') return valueOfExpression(of.of, leaves) * of.times + of.plus;
  const own = valueOfExpression(of.of[of.at]!, leaves);
  if (of.link === 'sigmoid') return 1 / (1 + Math.exp(-own));
  const all = of.of.map((each) => valueOfExpression(each, leaves));
  if (of.link === 'normalise') return own / all.reduce((sum, each) => sum + Math.abs(each), 0);
  const largest = Math.max(...all);
  return Math.exp(own - largest) / all.reduce((sum, each) => sum + Math.exp(each - largest), 0);
}

/** How the answer follows from the raw score alone; undefined when it takes more than that. */
export function answerOf(of: Expression): ((raw: number) => number) | undefined {
  if (of.kind === 'sum') return (raw) => raw;
  if (of.kind === 'clip') {
    const inner = answerOf(of.of);
    return inner && ((raw) => Math.min(of.high, Math.max(of.low, inner(raw))));
  }
  if (of.kind === 'link') {
    const isSum = of.of.every(({ kind }) => kind === 'sum');
    const isLogistic = of.link === 'sigmoid' || (of.link === 'softmax' && of.of.length === 2);
    return isSum && isLogistic ? (raw) => 1 / (1 + Math.exp(-raw)) : undefined;
  }
  const inner = answerOf(of.of);
  const scale = rawScoreOf(of.of)?.scale;
  if (inner === undefined || scale === undefined) return undefined;
  const { times, plus } = of;
  if (scale === 'margin') return (raw) => inner(raw * times) * times + plus;
  return (raw) => inner((raw - plus) / times) * times + plus;
}
