import { toHex } from '@plumbline/shared/trust';
import type { NearbyPage, Random } from '../ports/index.ts';
import type { SiteLog } from './site-log.ts';

/** A page of the log of the site for another device of it. */
export type SharedLog = (from: string | undefined, limit: number) => NearbyPage;

const EPOCH_BYTES = 6;

/**
 * Pages stand in the order in which this process learnt of the entries; the mark to go on from names the process, so
 * that one of another process begins anew. What comes twice does no harm: an entry is taken once.
 */
export function createSharedLog(log: Pick<SiteLog, 'inOrder'>, random: Random): SharedLog {
  const epoch = toHex(random.bytes(EPOCH_BYTES));
  return (from, limit) => {
    const [of, at] = from?.split('.', 2) ?? [];
    const all = log.inOrder();
    const known = of === epoch ? Number.parseInt(at ?? '', 10) : 0;
    const start = known >= 0 && known <= all.length ? known : 0;
    const entries = all.slice(start, start + limit);
    const next = start + entries.length;
    return { entries, next: `${epoch}.${next}`, more: next < all.length };
  };
}
