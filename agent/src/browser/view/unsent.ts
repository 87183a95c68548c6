import type { AgentState, Store } from '../../index.ts';
import type { Unsent } from '../door/site-view.ts';
import { PEOPLES, unsentRows } from '../storage/unsent-rows.ts';

/** What waits for the server, counted anew only when the streams have moved. */
export function createUnsentCounts(store: Store): (outbox: AgentState['outbox']) => Promise<Unsent> {
  let counted: { key: string; unsent: Unsent } | undefined;
  return async (outbox) => {
    const key = JSON.stringify(PEOPLES.map((of) => [outbox[of].acked, outbox[of].lastSeq]));
    if (counted?.key !== key) counted = { key, unsent: await count(store) };
    return counted.unsent;
  };
}

async function count(store: Store): Promise<Unsent> {
  let entries = 0;
  const photos = new Set<string>();
  let oldestAt = Infinity;
  for (const of of PEOPLES) {
    for await (const bytes of unsentRows(store, of)) {
      const row = headOf(bytes);
      if (row === undefined) continue;
      oldestAt = Math.min(oldestAt, row.at);
      if (row.kind === 'photo') photos.add(row.ref);
      else if (row.kind === 'entry') entries += 1;
    }
  }
  return {
    entries,
    photos: photos.size,
    ...(Number.isFinite(oldestAt) && { oldestAt }),
  };
}

/** Kind, time and photo of a row; its bytes stand at the end and are left alone. */
function headOf(bytes: Uint8Array): { kind: string; at: number; ref: string } | undefined {
  const head = new TextDecoder().decode(bytes.subarray(0, 256));
  const [kind, at] = [/"kind":"(\w+)"/.exec(head)?.[1], /"at":(\d+)/.exec(head)?.[1]];
  if (kind === undefined || at === undefined) return undefined;
  return { kind, at: Number(at), ref: /"ref":"(\w+)"/.exec(head)?.[1] ?? '' };
}
