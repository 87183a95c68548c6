import {
  alerts,
  and,
  cursorOf,
  desc,
  eq,
  inArray,
  isNotNull,
  isNull,
  olderThan,
  pageOfRows,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { readAlert } from '../alert.ts';
import type { AlertKind } from '../condition.ts';
import { ALERT_KINDS, severityOf, type Severity } from '../severity.ts';
import { standingMutes } from './mute.ts';
import { showAt, type ShownAlert } from './show-alerts.ts';

/** What is left out excludes nothing. */
export interface AlertFilter {
  state: 'open' | 'cleared' | 'all';
  kind?: AlertKind | undefined;
  severity?: Severity | undefined;
  /** As `kind:<id>`. */
  subject?: string | undefined;
}

/** A page of alerts as people see them, newest first. @param now ms. @throws CursorError `cursor_malformed` */
export async function alertPage(
  db: ReadDb,
  now: number,
  { state, kind, severity, subject }: AlertFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ alerts: ShownAlert[]; next: string | null }> {
  const kinds = ALERT_KINDS.filter((each) => severityOf(each) === severity);
  const rows = await db
    .select()
    .from(alerts)
    .where(
      and(
        state === 'open' ? isNull(alerts.clearedAt) : undefined,
        state === 'cleared' ? isNotNull(alerts.clearedAt) : undefined,
        kind === undefined ? undefined : eq(alerts.kind, kind),
        severity === undefined ? undefined : inArray(alerts.kind, kinds),
        subject === undefined ? undefined : eq(alerts.subject, subject),
        olderThan({ at: alerts.raisedAt, id: alerts.id }, cursor),
      ),
    )
    .orderBy(desc(alerts.raisedAt), desc(alerts.id))
    .limit(limit + 1);
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.raisedAt, last.id));
  const mutes = await standingMutes(db, now);
  return { alerts: page.map((row) => showAt(readAlert(row), mutes)), next };
}
