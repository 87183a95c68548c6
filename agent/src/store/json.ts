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

/** Hears of a value that cannot be read, and is gone for this agent: worn flash must cost one value, not the device. */
export type OnDamaged = (key: string, error: unknown) => void;

/** As `readOne`; a value that cannot be read counts as absent, and is told. */
export async function readMended<T>(
  store: Store,
  key: string,
  schema: z.ZodType<T>,
  onDamaged: OnDamaged | undefined,
): Promise<T | undefined> {
  const bytes = await store.get(key);
  return bytes && mended(key, bytes, schema, onDamaged);
}

function mended<T>(
  key: string,
  bytes: Uint8Array,
  schema: z.ZodType<T>,
  onDamaged: OnDamaged | undefined,
): T | undefined {
  try {
    return readStored(key, bytes, schema);
  } catch (error) {
    if (onDamaged === undefined) throw error;
    onDamaged(key, error);
    return undefined;
  }
}

const PAGE = 1000;

/**
 * Everything whose key begins with `prefix`, in order of key.
 * @param onDamaged hears of values that cannot be read and are left out; without it they are thrown
 */
export async function readAll<T>(
  store: Store,
  prefix: string,
  schema: z.ZodType<T>,
  onDamaged?: OnDamaged,
): Promise<[string, T][]> {
  const to = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  const all: [string, T][] = [];
  for (let from = prefix; ;) {
    const page = await store.scan({ from, to, limit: PAGE });
    for (const [key, bytes] of page) {
      const value = mended(key, bytes, schema, onDamaged);
      if (value !== undefined) all.push([key, value]);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return all;
    from = `${last[0]}\0`;
  }
}
