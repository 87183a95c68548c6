import { equalBytes, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MAX_DEPTH = 64;

/**
 * The canonical form of RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 code units,
 * ECMAScript number form, no white space. `undefined` members are left out.
 * @throws TrustError `document_malformed` for what JSON cannot say (NaN, lone surrogates, functions, depth over 64).
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', 0);
}

export function canonicalBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value));
}

/**
 * Parses bytes that must already be canonical. Comparing with the canonical form of what was parsed refuses
 * duplicate keys, `1.0`, `1e2`, white space, `-0`, byte order marks and invalid UTF-8 in one linear step.
 */
export function parseCanonical(bytes: Uint8Array, role: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new TrustError('document_malformed', `${role}: not JSON (${String(cause)})`, role, 'canonical JSON');
  }
  if (!equalBytes(utf8(write(value, role, 0)), bytes)) {
    throw new TrustError('not_canonical', `${role}: not in RFC 8785 form`, role, 'canonical JSON (RFC 8785)');
  }
  return value;
}

function write(value: unknown, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new TrustError('document_malformed', `${path}: nested deeper than ${MAX_DEPTH}`, path);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new TrustError('document_malformed', `${path}: ${value} is not a JSON number`, path);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TrustError('document_malformed', `${path}: lone surrogate`, path);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item, i) => write(item, `${path}[${i}]`, depth + 1)).join(',')}]`;
  if (typeof value === 'object') return writeObject(value as Record<string, unknown>, path, depth);
  throw new TrustError('document_malformed', `${path}: ${typeof value} has no JSON form`, path);
}

function writeObject(value: Record<string, unknown>, path: string, depth: number): string {
  const members: string[] = [];
  // Default sort order is by UTF-16 code units, which is what the RFC asks for.
  for (const key of Object.keys(value).toSorted()) {
    const member = value[key];
    if (member === undefined) continue;
    if (!key.isWellFormed()) throw new TrustError('document_malformed', `${path}: lone surrogate in a key`, path);
    members.push(`${JSON.stringify(key)}:${write(member, `${path}.${key}`, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}
