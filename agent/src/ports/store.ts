/** One change to the ordered key-value half of the store. Keys are compared by UTF-16 code units. */
export type Change =
  | { put: string; value: Uint8Array }
  | { remove: string }
  /** Removes every key with `from` ≤ key < `to`. */
  | { removeFrom: string; to: string };

/** Everything durable on the device except payload bytes: one SQLite file on a gateway, one IndexedDB database on a tablet. */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>;
  /** Entries with `from` ≤ key < `to` in order of key, `limit` at most. */
  scan(range: { from: string; to: string; limit: number }): Promise<[string, Uint8Array][]>;
  /**
   * Applies all changes or none, and resolves only when they survive a power cut.
   * @throws StoreError `store_full`, `store_unavailable`
   */
  commit(changes: Change[]): Promise<void>;
  close(): Promise<void>;
}
