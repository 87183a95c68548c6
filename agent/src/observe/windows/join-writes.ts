import type { Write } from '../../link/outbox/index.ts';

/** One write of several: what must not be torn apart by a crash. */
export function joinWrites(writes: readonly Write[]): Write {
  return {
    rows: writes.flatMap(({ rows = [] }) => rows),
    changes: writes.flatMap(({ changes = [] }) => changes),
    latest: Object.assign({}, ...writes.map(({ latest }) => latest)) as NonNullable<Write['latest']>,
  };
}
