import { malformed, shown } from './malformed.ts';

export interface Token {
  /** `word` stands without quotes, `text` between them (here without), `end` after the last character. */
  kind: 'word' | 'text' | 'symbol' | 'end';
  text: string;
  /** Offset of its first character. */
  at: number;
}

const SPACE = /\s+/uy;
const WORD = /[\p{L}\p{N}_.@*?:/+-]+/uy;
const SYMBOL = /!=|<=|>=|[()=<>~,]/y;
/** What other languages write. */
const FOREIGN: readonly [RegExp, string][] = [
  [/&&?/y, 'the word and'],
  [/\|\|?/y, 'the word or'],
  [/<>/y, '!='],
  [/==+/y, 'one ='],
  [/!~/y, 'not before the field, as in not site ~ "north-*"'],
  [/!(?!=)/y, 'the word not'],
];

/** Cuts a selector into tokens, in one pass. @throws GroupError `selector_malformed` */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    at += matchAt(SPACE, source, at)?.length ?? 0;
    if (at >= source.length) break;
    const foreign = FOREIGN.find(([pattern]) => matchAt(pattern, source, at) !== undefined);
    if (foreign !== undefined) {
      throw malformed(at, `${shown(matchAt(foreign[0], source, at) ?? '')} is not understood`, foreign[1]);
    }
    const token = quotedAt(source, at) ?? plainAt(source, at);
    tokens.push(token);
    at = token.end;
  }
  return [...tokens, { kind: 'end', text: '', at: source.length }];
}

function plainAt(source: string, at: number): Token & { end: number } {
  for (const [kind, pattern] of [
    ['word', WORD],
    ['symbol', SYMBOL],
  ] as const) {
    const text = matchAt(pattern, source, at);
    if (text !== undefined) return { kind, text, at, end: at + text.length };
  }
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  throw malformed(at, `${shown(character)} is not understood`, 'a field, an operator, a bracket, or text in quotes');
}

/** Text between single or double quotes; a backslash takes the next quote or backslash as it is. */
function quotedAt(source: string, start: number): (Token & { end: number }) | undefined {
  const quote = source[start];
  if (quote !== '"' && quote !== "'") return undefined;
  let text = '';
  for (let at = start + 1; at < source.length; at += 1) {
    const character = source[at] ?? '';
    if (character === quote) return { kind: 'text', text, at: start, end: at + 1 };
    if (/\p{Cc}/u.test(character)) throw malformed(at, 'a control character within quotes', `text on one line`);
    if (character === '\\') {
      at += 1;
      const escaped = source[at] ?? '';
      if (!['"', "'", '\\'].includes(escaped)) {
        throw malformed(at - 1, 'a backslash before something else', 'a quote or a backslash after it');
      }
      text += escaped;
    } else text += character;
  }
  throw malformed(start, 'quotes that are not closed', `a ${quote} at the end of the text`);
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
