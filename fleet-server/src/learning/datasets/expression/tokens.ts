import { ExpressionError } from './syntax.ts';

export interface Token {
  kind: 'number' | 'text' | 'name' | 'word' | 'symbol';
  text: string;
  /** Place of its first character, 1-based. */
  at: number;
}

const NUMBER = /[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.])/uy;
const TEXT = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/uy;
const NAME = /`([^`]+)`|\[([^\]]+)\]/uy;
const SYMBOL = /==|!=|<=|>=|<|>|=|\(|\)|,/uy;
const WORD = /[^\s'"`[\](),<>=!]+/uy;

/** Longest condition anybody would write. */
const MAX_CHARACTERS = 2_000;

/** @throws ExpressionError `expression_syntax` */
export function tokensOf(source: string): Token[] {
  if (source.length > MAX_CHARACTERS) throw syntaxError(source, MAX_CHARACTERS, 'a condition', 'a shorter condition');
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  while (at < source.length) {
    if (/\s/u.test(source[at]!)) {
      at++;
      continue;
    }
    const text = match(TEXT);
    const name = text ? null : match(NAME);
    const number = text || name ? null : match(NUMBER);
    const symbol = text || name || number ? null : match(SYMBOL);
    const word = text || name || number || symbol ? null : match(WORD);
    const found = text ?? name ?? number ?? symbol ?? word;
    if (found === null) throw syntaxError(source, at, `'${source[at]}'`, 'a closed quote, a name or a comparison');
    const place = at + 1;
    if (text) tokens.push({ kind: 'text', text: (text[1] ?? text[2] ?? '').replace(/\\(.)/gu, '$1'), at: place });
    else if (name) tokens.push({ kind: 'name', text: (name[1] ?? name[2] ?? '').trim(), at: place });
    else tokens.push({ kind: number ? 'number' : symbol ? 'symbol' : 'word', text: found[0], at: place });
    at += found[0].length;
  }
  return tokens;
}

export function syntaxError(source: string, at: number, found: string, expected: string): ExpressionError {
  const message = `'${source.slice(0, 80)}' cannot be read at character ${at + 1}: ${found} stands where ${expected} is expected`;
  return new ExpressionError('expression_syntax', message, { field: 'positive', expected });
}
