import type { DeviceSettings } from '@plumbline/shared/trust';
import type { Clock, Store } from '../../ports/index.ts';
import { readMended, stored } from '../../store/json.ts';
import { LINK_MONTH } from '../../store/keys.ts';
import type { LinkBudget } from '../link-budget.ts';
import type { Journal } from '../outbox/index.ts';
import { firstMonth, linkMonth, nextMonthFrom, turnMonth, type KnownTime } from './month.ts';
import { quietUntil } from './quiet-hours.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface LinkBudgetDeps {
  clock: Clock;
  store: Store;
  /** Counted bytes become durable with the next group commit. */
  journal: Pick<Journal, 'writeSoon'>;
  /** What is known about time, see `month.ts`. */
  known: () => KnownTime;
  settings: () => Pick<
    DeviceSettings,
    'linkMonthlyBytes' | 'linkKbps' | 'linkQuietFromMinute' | 'linkQuietUntilMinute'
  >;
  /** Where the settings say nothing: the budget of the profile. */
  monthlyBytes: number;
  /** The first time in a month that something has to wait for the next one. */
  onSpent?: (spent: ReturnType<LinkBudget['spent']>) => void;
  onDamaged?: (key: string, error: unknown) => void;
}

/** Counts what travels; see `shared/docs/outbox.md` for what may travel when. */
export async function createLinkBudget(deps: LinkBudgetDeps): Promise<LinkBudget> {
  const { clock, journal, known, settings } = deps;
  // Nothing travels before all rooms are open; until then nobody knows the time.
  let month = await readMended(deps.store, LINK_MONTH, linkMonth, deps.onDamaged);
  let isWritten = true;
  let toldFrom: number | undefined;
  const bucket = createTokenBucket(() => settings().linkKbps);

  const current = () => (month = month === undefined ? firstMonth(known()) : turnMonth(month, known()));
  const limitBytes = () => settings().linkMonthlyBytes ?? deps.monthlyBytes;
  const spent = () => {
    const { monthFrom, upBytes, downBytes } = current();
    return { monthFrom, upBytes, downBytes, limitBytes: limitBytes() };
  };

  const quiet = (): number | undefined => {
    const { linkQuietFromMinute: from, linkQuietUntilMinute: until } = settings();
    const { trustedNow, timeFloor } = known();
    // A clock that stands behind signed time tells no time of day; silence by it might never end.
    return clock.now() < timeFloor ? undefined : quietUntil(trustedNow, from, until);
  };

  const write = () => {
    if (!isWritten) return;
    isWritten = false;
    journal.writeSoon({
      latest: {
        [LINK_MONTH]: () => {
          isWritten = true;
          return month && stored(month);
        },
      },
    });
  };

  return {
    admit(sizeBytes, purpose) {
      if (purpose === 'essential') return { ok: true };
      const until = quiet();
      if (until !== undefined) return { ok: false, until, reason: 'outside_window', detail: 'quiet hours of the link' };
      const { monthFrom, upBytes, downBytes, limitBytes: limit } = spent();
      const leftBytes = Math.max(0, limit - upBytes - downBytes);
      if (sizeBytes <= leftBytes) return { ok: true };
      if (toldFrom !== monthFrom) deps.onSpent?.(spent());
      toldFrom = monthFrom;
      const detail = `${sizeBytes} bytes; ${leftBytes} of ${limit} are left this month`;
      return { ok: false, until: nextMonthFrom(monthFrom), reason: 'link_budget', detail };
    },
    count(sizeBytes, direction) {
      const before = current();
      const field = direction === 'up' ? 'upBytes' : 'downBytes';
      month = { ...before, [field]: before[field] + sizeBytes };
      bucket.take(sizeBytes, clock.now());
      write();
    },
    delayMs: (sizeBytes) => bucket.delayMs(sizeBytes, clock.now()),
    spent,
  };
}
