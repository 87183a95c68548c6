import { openSqliteStore } from '../../agent/src/node/storage/sqlite-store.ts';

/** Commits `k00000000`, `k00000001` … and tells the parent of each, until it is killed. */
const store = openSqliteStore({ path: process.argv[2] ?? '' });
for (let i = 0; ; i += 1) {
  await store.commit([{ put: `k${String(i).padStart(8, '0')}`, value: new Uint8Array(100) }]);
  process.send?.(i);
}
