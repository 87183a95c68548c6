import type { Change, Store } from '../../index.ts';

/** The same store; `onCommit` hears of every commit once it is durable: whatever a page shows follows from one. */
export function watchedStore(store: Store, onCommit: (changes: readonly Change[]) => void): Store {
  return {
    ...store,
    async commit(changes) {
      await store.commit(changes);
      onCommit(changes);
    },
  };
}
