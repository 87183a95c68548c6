import { name } from '@plumbline/shared/trust';
import { argumentOf, FIELD_NAMES, OPERATORS_OF, typeOf, type FieldName } from './fields.ts';
import { malformed, shown, suggestion } from './malformed.ts';
import { tokensOf, type Token } from './tokens.ts';
import { OPERATORS, type Comparison, type Operator, type Selector, type Value } from './tree.ts';
import { readValue, type KnownGroups } from './values.ts';

/** As long as the selector of a stage may be. */
export const MAX_LENGTH = 2000;
/** Brackets and `not` within each other. */
export const MAX_DEPTH = 32;

const KEYWORDS = ['and', 'or', 'not', 'in'];

interface Reader {
  peek(ahead?: number): Token;
  take(): Token;
  /** Takes the next word when it is this keyword, in whatever case. */
  took(keyword: string): boolean;
  /** Takes the next token when it is this symbol. */
  tookSymbol(symbol: string): boolean;
  groups: KnownGroups | undefined;
}

/**
 * Reads and checks a selector: `or` of `and` of comparisons, `not`, brackets. Linear in its length.
 * @param groups groups by name; where given, only lists among them may be named
 * @throws GroupError `selector_malformed` with the position, the word at fault and what was expected
 */
export function parseSelector(source: string, groups?: KnownGroups): Selector {
  if (source.length > MAX_LENGTH) {
    throw malformed(MAX_LENGTH, `${source.length} characters are too many`, `at most ${MAX_LENGTH} characters`);
  }
  const reader = createReader(tokensOf(source), groups);
  const selector = readAny(reader, 0);
  const rest = reader.peek();
  if (rest.kind === 'end') return selector;
  if (rest.text === ')') throw malformed(rest.at, 'a bracket that was not opened', 'and, or, or the end');
  throw malformed(rest.at, `${shown(rest.text)} is one word too many`, 'and, or, or the end');
}

function createReader(tokens: readonly Token[], groups: KnownGroups | undefined): Reader {
  let at = 0;
  const peek = (ahead = 0): Token =>
    tokens[Math.min(at + ahead, tokens.length - 1)] ?? { kind: 'end', text: '', at: 0 };
  const takeIf = (matches: boolean) => {
    if (matches) at += 1;
    return matches;
  };
  return {
    peek,
    take() {
      const token = peek();
      at += 1;
      return token;
    },
    took: (keyword) => takeIf(isKeyword(peek(), keyword)),
    tookSymbol: (symbol) => takeIf(peek().kind === 'symbol' && peek().text === symbol),
    groups,
  };
}

function isKeyword({ kind, text }: Token, ...keywords: string[]): boolean {
  return kind === 'word' && keywords.includes(text.toLowerCase());
}

function readAny(reader: Reader, depth: number): Selector {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readNot(reader, depth)));
}

function readChain(reader: Reader, keyword: 'and' | 'or', read: () => Selector): Selector {
  const first = read();
  const of = [first];
  while (reader.took(keyword)) of.push(read());
  return of.length === 1 ? first : { type: keyword === 'and' ? 'all' : 'any', of };
}

function readNot(reader: Reader, depth: number): Selector {
  const { at } = reader.peek();
  if (depth > MAX_DEPTH) throw malformed(at, 'brackets within brackets too deep', `at most ${MAX_DEPTH} levels`);
  if (reader.took('not')) return { type: 'not', of: readNot(reader, depth + 1) };
  if (!reader.tookSymbol('(')) return readComparison(reader);
  const inner = readAny(reader, depth + 1);
  const close = reader.peek();
  if (reader.tookSymbol(')')) return inner;
  throw malformed(
    close.at,
    close.kind === 'end' ? 'a bracket that is not closed' : `${shown(close.text)} is one word too many`,
    'and, or, or )',
  );
}

function readComparison(reader: Reader): Comparison {
  const field = readField(reader.take());
  const line = readLine(reader, field);
  const type = typeOf(field, line);
  if (type === 'yes-no' && isOver(reader.peek())) return { type: 'is', field, line, operator: '=', values: [true] };
  const operator = readOperator(reader, field, OPERATORS_OF[type]);
  const place = { field, line, operator, groups: reader.groups };
  const values =
    operator === 'in' || operator === 'not in'
      ? readList(reader, (token) => readValue(place, token))
      : [readValue(place, wanted(reader.take(), `a value of ${field}`))];
  return { type: 'is', field, line, operator, values };
}

function isOver(token: Token): boolean {
  return token.kind === 'end' || token.text === ')' || isKeyword(token, 'and', 'or');
}

function readField({ kind, text, at }: Token): FieldName {
  const expected = `a field: ${FIELD_NAMES.join(', ')}`;
  if (kind === 'end') throw malformed(at, 'something is missing at the end', expected);
  const field = FIELD_NAMES.find((one) => kind === 'word' && one === text);
  if (field !== undefined) return field;
  throw malformed(at, `${shown(text)} is no field${suggestion(text, FIELD_NAMES)}`, expected);
}

function readLine(reader: Reader, field: FieldName): string | undefined {
  const open = reader.peek();
  const argument = argumentOf(field);
  if (argument === 'none') return undefined;
  if (!reader.tookSymbol('(')) {
    if (argument === 'optional') return undefined;
    throw malformed(open.at, `${field} needs a model line`, `${field}("LINE")`);
  }
  const line = wanted(reader.take(), 'a model line');
  if (!name.safeParse(line.text).success) {
    throw malformed(line.at, `${shown(line.text)} is no name of a model line`, `a line, as in ${field}("delay")`);
  }
  const close = reader.take();
  if (close.kind === 'symbol' && close.text === ')') return line.text;
  throw malformed(close.at, 'a bracket that is not closed', ')');
}

function readOperator(reader: Reader, field: FieldName, allowed: readonly Operator[]): Operator {
  const token = reader.take();
  const expected = `one of ${allowed.join(' ')}`;
  const isNotIn = isKeyword(token, 'not') && reader.took('in');
  const text = isNotIn ? 'not in' : token.text.toLowerCase();
  const operator = OPERATORS.find((one) => token.kind !== 'text' && one === text);
  if (operator === undefined) {
    const what = token.kind === 'end' ? 'nothing' : shown(token.text);
    throw malformed(token.at, `${what} follows ${field}, where it has to be compared`, expected);
  }
  if (!allowed.includes(operator)) throw malformed(token.at, `${field} cannot be compared by ${operator}`, expected);
  return operator;
}

function readList(reader: Reader, read: (token: Token) => Value): Value[] {
  const open = reader.peek();
  if (!reader.tookSymbol('(')) throw malformed(open.at, 'in lists its values in brackets', '("a", "b")');
  const values: Value[] = [];
  do values.push(read(wanted(reader.take(), 'a value')));
  while (reader.tookSymbol(','));
  const close = reader.peek();
  if (reader.tookSymbol(')')) return values;
  throw malformed(
    close.at,
    close.kind === 'end' ? 'a list that is not closed' : `${shown(close.text)} within a list`,
    ', or )',
  );
}

function wanted(token: Token, what: string): Token {
  if (token.kind === 'text') return token;
  if (token.kind === 'word' && !KEYWORDS.includes(token.text.toLowerCase())) return token;
  const found = token.kind === 'end' ? 'the end' : shown(token.text);
  throw malformed(token.at, `${found} where ${what} belongs`, `${what}; in quotes where it is a word of the language`);
}
