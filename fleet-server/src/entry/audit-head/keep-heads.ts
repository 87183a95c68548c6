import { codeOf, messageOf } from '@plumbline/shared/errors';
import { chainHead, forgetKeptHeads, keptHeadAt, noteKeptHead, signHead } from '../../platform/audit/index.ts';
import type { Fleet } from '../fleet.ts';
import { deliverHead } from './deliver-head.ts';
import { nameOfPlace, type HeadPlace } from './settings.ts';

export interface HeadKeeper {
  /** Begins what is due, and waits for nothing: a receiver that hangs holds up no rollout. */
  look(): void;
  /** What was begun has ended. */
  settled(): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** So many changes are a day of a busy fleet, or somebody who is at work on it right now. */
const ROWS = 500;
const FIRST_RETRY_MS = 60_000;

/** Brings the head of the audit out of the server every hour, and earlier when much was written. */
export function createHeadKeeper(
  fleet: Pick<Fleet, 'database' | 'now' | 'auditKey' | 'log'>,
  place: HeadPlace | undefined,
): HeadKeeper {
  if (place === undefined) return { look: () => {}, settled: () => forgetKeptHeads(fleet.database) };
  let failures = 0;
  let notBefore = -Infinity;
  let running: Promise<void> | undefined;
  const attempt = async () => {
    if (fleet.now() < notBefore || !(await isDue(fleet, place))) return;
    const hasFailed = !(await bringHead(fleet, place));
    failures = hasFailed ? failures + 1 : 0;
    notBefore = hasFailed ? fleet.now() + Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), HOUR_MS) : -Infinity;
  };
  return {
    look() {
      running ??= attempt()
        .catch((error: unknown) => fleet.log.error({ code: codeOf(error), err: error }, 'the head of the audit'))
        .finally(() => {
          running = undefined;
        });
    },
    settled: async () => running,
  };
}

async function isDue({ database, now }: Pick<Fleet, 'database' | 'now'>, place: HeadPlace): Promise<boolean> {
  const [{ id }, kept] = [await chainHead(database.db), await keptHeadAt(database.db, nameOfPlace(place))];
  if (kept?.keptAt === undefined || kept.keptAt === null || kept.failingSince !== null) return true;
  // Also when nothing was written: a head that did not move says that nothing was cut off either.
  return now() - kept.keptAt >= HOUR_MS || id - kept.headId >= ROWS;
}

/** @returns whether it is kept there now */
async function bringHead(
  { database, now, auditKey, log }: Pick<Fleet, 'database' | 'now' | 'auditKey' | 'log'>,
  place: HeadPlace,
): Promise<boolean> {
  const name = nameOfPlace(place);
  const before = await keptHeadAt(database.db, name);
  const head = signHead(await chainHead(database.db), now(), auditKey);
  try {
    await deliverHead(place, head);
    await noteKeptHead(database, { place: name, headId: head.id, keptAt: now(), failingSince: null, lastReason: null });
    return true;
  } catch (error) {
    const failingSince = before?.failingSince ?? now();
    log.warn({ code: codeOf(error), place: name, reason: messageOf(error) }, 'the head of the audit is not kept');
    const { headId = 0, keptAt = null } = before ?? {};
    await noteKeptHead(database, { place: name, headId, keptAt, failingSince, lastReason: messageOf(error) });
    return false;
  }
}
