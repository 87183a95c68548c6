const MOST = 256;
const remembered = new Map<string, unknown>();

/**
 * What was worked out once from bytes that never change: `key` names what, and the bytes by hash. Reading the same
 * metadata anew for each of ten thousand assignments would be most of their cost. The values are shared: not to be
 * changed.
 */
export function remember<T>(key: string, make: () => T): T {
  if (remembered.has(key)) return remembered.get(key) as T;
  const value = make();
  const [oldest] = remembered.keys();
  if (remembered.size >= MOST && oldest !== undefined) remembered.delete(oldest);
  remembered.set(key, value);
  return value;
}
