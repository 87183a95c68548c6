import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { messageOf } from '@plumbline/shared/errors';
import { NodeAgentError } from '../errors.ts';

/** `read` may ask, `write` may also make something happen. */
export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Token {
  name: string;
  scope: Scope;
  /** SHA-256 of the token: all are compared at one length. */
  sha256: Uint8Array;
}

const EXPECTED = 'lines of: read|write NAME TOKEN, the token ≥ 128 bit (openssl rand -hex 32) or sha256:HEX of one';
const LINE = /^(read|write)\s+([\w.-]{1,64})\s+(\S+)$/;
const HASHED = /^sha256:([0-9a-f]{64})$/;
/** 32 hex digits or 22 characters of base64url carry 128 bits; fewer different ones than this were never drawn by lot. */
const STRONG = /^(?:[0-9a-fA-F]{32,256}|[\w-]{22,256})$/;
const DIFFERENT = 8;

/**
 * The tokens of a file, one a line; `#` begins a comment.
 * @throws NodeAgentError `config_invalid` naming `tokenFile` and the line, never the token
 */
export function readTokenFile(path: string): Token[] {
  let text: string;
  try {
    // Whoever can read it can do what it allows.
    if ((statSync(path).mode & 0o077) !== 0) throw new Error('others may read it (chmod 600)');
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw invalid(path, messageOf(cause), cause);
  }
  const tokens: Token[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const trimmed = line.replace(/#.*$/, '').trim();
    if (trimmed === '') continue;
    const [, scope, name = '', token = ''] = LINE.exec(trimmed) ?? [];
    if (scope === undefined) throw invalid(path, `line ${i + 1} is not one`);
    if (tokens.some((one) => one.name === name)) throw invalid(path, `line ${i + 1}: ${name} is there twice`);
    const hashed = HASHED.exec(token)?.[1];
    if (hashed === undefined && !isStrong(token)) throw invalid(path, `line ${i + 1}: the token is too weak`);
    const sha256 = hashed === undefined ? sha256Of(token) : Buffer.from(hashed, 'hex');
    tokens.push({ name, scope: scope === 'write' ? 'write' : 'read', sha256 });
  }
  if (tokens.length === 0) throw invalid(path, 'no token in it');
  return tokens;
}

/** Compares with every token, each in constant time. */
export function findToken(tokens: readonly Token[], given: string): Token | undefined {
  const sha256 = sha256Of(given);
  let found: Token | undefined;
  for (const token of tokens) if (timingSafeEqual(token.sha256, sha256)) found = token;
  return found;
}

function isStrong(token: string): boolean {
  return STRONG.test(token) && new Set(token).size >= DIFFERENT;
}

function sha256Of(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

function invalid(path: string, why: string, cause?: unknown): NodeAgentError {
  return new NodeAgentError('config_invalid', `tokenFile: ${path}: ${why}`, {
    field: 'tokenFile',
    expected: EXPECTED,
    cause,
  });
}
