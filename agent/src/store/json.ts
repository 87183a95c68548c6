import { utf8 } from '@plumbline/shared/trust';
import type { z } from 'zod';
import { StoreError, type Store } from '../ports/index.ts';

/** A value as the Store keeps it. */
export function stored(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}

/** @throws StoreError `store_malformed`, naming key and field: the disk holds what this agent never wrote. */
export function readStored<T>(key: string, bytes: Uint8Array, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new StoreError('store_malformed', `${key}: not JSON`, { kind: 'internal', field: key, cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = [key, ...(issue?.path ?? [])].join('.');
  throw new StoreError('store_malformed', `${field}: ${issue?.message}`, { kind: 'internal', field });
}

export async function readOne<T>(store: Store, key: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const bytes = await store.get(key);
  return bytes && readStored(key, bytes, schema);
}

const PAGE = 1000;

/** Everything whose key begins with `prefix`, in order of key. */
export async function readAll<T>(store: Store, prefix: string, schema: z.ZodType<T>): Promise<[string, T][]> {
  const to = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  const all: [string, T][] = [];
  for (let from = prefix; ;) {
    const page = await store.scan({ from, to, limit: PAGE });
    for (const [key, bytes] of page) all.push([key, readStored(key, bytes, schema)]);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return all;
    from = `${last[0]}\0`;
  }
}
