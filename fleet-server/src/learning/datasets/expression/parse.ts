import { syntaxError, tokensOf, type Token } from './tokens.ts';
import type { Comparison, Expression, Literal } from './syntax.ts';

/** Deep enough for anybody, and no way to use up the stack. */
const MAX_DEPTH = 32;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': '==',
  '=': '==',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/**
 * `delay > 30`, `status in ("late", "very late")`, `Schedule Adherence == 0 and not trade == 'none'`. A name may be of
 * several words; in backticks or brackets it may be anything. @throws ExpressionError `expression_syntax`
 */
export function parseExpression(source: string): Expression {
  const tokens = tokensOf(source);
  let next = 0;
  let depth = 0;
  const peek = () => tokens[next];
  const isWord = (word: string) => peek()?.kind === 'word' && peek()!.text.toLowerCase() === word;
  const isSymbol = (text: string) => peek()?.kind === 'symbol' && peek()!.text === text;
  const fail = (expected: string): never => {
    const token = peek();
    throw syntaxError(source, (token?.at ?? source.length + 1) - 1, token ? `'${token.text}'` : 'the end', expected);
  };
  const take = (holds: boolean, expected: string): Token => {
    if (!holds) fail(expected);
    return tokens[next++]!;
  };
  const chain = (word: 'and' | 'or', part: () => Expression): Expression => {
    const of = [part()];
    while (isWord(word)) {
      next++;
      of.push(part());
    }
    return of.length === 1 ? of[0]! : { kind: word, of };
  };
  const condition = (): Expression => {
    if (++depth > MAX_DEPTH) fail('fewer brackets');
    const read = chain('or', () => chain('and', negation));
    depth--;
    return read;
  };
  const negation = (): Expression => {
    if (!isWord('not')) return primary();
    if (++depth > MAX_DEPTH) fail('fewer negations');
    next++;
    const of = negation();
    depth--;
    return { kind: 'not', of };
  };
  const primary = (): Expression => {
    if (isSymbol('(')) {
      next++;
      const inner = condition();
      take(isSymbol(')'), 'a closing bracket');
      return inner;
    }
    const column = name();
    if (isWord('not') || isWord('in')) {
      const negated = isWord('not');
      if (negated) next++;
      take(isWord('in'), '`in`');
      const one: Expression = { kind: 'in', column, literals: list() };
      return negated ? { kind: 'not', of: one } : one;
    }
    const operator = COMPARISONS[peek()?.kind === 'symbol' ? peek()!.text : ''];
    if (operator === undefined) return fail('a comparison (==, !=, <, <=, >, >=) or `in`');
    next++;
    return { kind: 'compare', column, operator, literal: literal() };
  };
  /** Words up to what cannot belong to a name; a number may stand inside, as in `Phase 2 delay`. */
  const name = (): string => {
    if (peek()?.kind === 'name') return tokens[next++]!.text;
    const words: string[] = [];
    while (peek()?.kind === 'word' || (words.length > 0 && peek()?.kind === 'number')) {
      if (words.length > 0 && (isWord('in') || isWord('not') || isWord('and') || isWord('or'))) break;
      words.push(tokens[next++]!.text);
    }
    return words.length > 0 ? words.join(' ') : fail('the name of a column');
  };
  const literal = (): Literal => {
    const token = peek();
    if (token?.kind === 'number') return { type: 'number', value: Number(tokens[next++]!.text) };
    if (token?.kind === 'text') return { type: 'text', value: tokens[next++]!.text };
    if (isWord('true') || isWord('false'))
      return { type: 'boolean', value: tokens[next++]!.text.toLowerCase() === 'true' };
    return fail("a number, or a text in quotes such as 'late'");
  };
  const list = (): Literal[] => {
    take(isSymbol('('), 'an opening bracket');
    const literals = [literal()];
    while (isSymbol(',')) {
      next++;
      literals.push(literal());
    }
    take(isSymbol(')'), 'a comma or a closing bracket');
    return literals;
  };
  const read = condition();
  if (next < tokens.length) fail('`and`, `or`, or the end');
  return read;
}
