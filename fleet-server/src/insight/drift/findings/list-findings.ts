import type { Finding } from '@plumbline/shared/drift';
import {
  and,
  cursorOf,
  desc,
  driftFindings,
  driftRefusals,
  eq,
  gte,
  lt,
  olderThan,
  pageOfRows,
  sql,
  type ReadDb,
  type SQL,
} from '../../../platform/db/index.ts';

/** A finding as it is kept. */
export interface KeptFinding extends Finding {
  /** Of what it is a finding, whenever: `model:delay@1.2.0/covariate:crew`. */
  about: string;
  /** The newest word on a change that lasts. */
  standing: boolean;
  /** When that change was first found, ms. */
  begunAt: number;
  judgedAt: number;
}

/** What is left out excludes nothing. */
export interface FindingFilter {
  line?: string | undefined;
  version?: string | undefined;
  kind?: string | undefined;
  /** Alarms alone. */
  alarm?: boolean | undefined;
  /** Changes that last alone. */
  standing?: boolean | undefined;
  /** Of periods that begin in [from, to), ms. */
  from?: number | undefined;
  to?: number | undefined;
  limit?: number | undefined;
}

interface Paging {
  limit: number;
  cursor?: string | undefined;
}

const MOST = 1000;
/** Alarms first, then by id. */
const RANK = sql`${driftFindings.alarm} || ${driftFindings.id}`;

/** A page of findings, newest first, of one period alarms before the rest. @throws CursorError `cursor_malformed` */
export async function findingPage(
  db: ReadDb,
  filter: FindingFilter,
  { limit, cursor }: Paging,
): Promise<{ findings: KeptFinding[]; next: string | null }> {
  const rows = await db
    .select()
    .from(driftFindings)
    .where(and(whereOf(filter), olderThan({ at: driftFindings.fromAt, id: RANK }, cursor)))
    .orderBy(desc(driftFindings.fromAt), desc(RANK))
    .limit(limit + 1);
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.fromAt, `${last.alarm}${last.id}`));
  return { findings: page.map(readFinding), next };
}

/** Newest first, at most 1,000. */
export async function listFindings(db: ReadDb, filter: FindingFilter = {}): Promise<KeptFinding[]> {
  const { limit = MOST } = filter;
  const rows = await db
    .select()
    .from(driftFindings)
    .where(whereOf(filter))
    .orderBy(desc(driftFindings.fromAt), desc(driftFindings.alarm), desc(driftFindings.id))
    .limit(Math.min(limit, MOST));
  return rows.map(readFinding);
}

function whereOf({ line, version, kind, alarm, standing, from, to }: FindingFilter): SQL | undefined {
  return and(
    line === undefined ? undefined : eq(driftFindings.line, line),
    version === undefined ? undefined : eq(driftFindings.version, version),
    kind === undefined ? undefined : eq(driftFindings.kind, kind),
    alarm === undefined ? undefined : eq(driftFindings.alarm, alarm ? 1 : 0),
    standing === undefined ? undefined : eq(driftFindings.standing, standing ? 1 : 0),
    from === undefined ? undefined : gte(driftFindings.fromAt, from),
    to === undefined ? undefined : lt(driftFindings.fromAt, to),
  );
}

function readFinding(row: typeof driftFindings.$inferSelect): KeptFinding {
  return {
    ...(JSON.parse(row.body) as Finding),
    about: row.subject,
    standing: row.standing === 1,
    begunAt: row.begunAt,
    judgedAt: row.judgedAt,
  };
}

export type Refusal = typeof driftRefusals.$inferSelect;

/** A page of the evidence that was not counted, newest first. @throws CursorError `cursor_malformed` */
export async function refusalPage(
  db: ReadDb,
  { device, line }: { device?: string | undefined; line?: string | undefined },
  { limit, cursor }: Paging,
): Promise<{ refusals: Refusal[]; next: string | null }> {
  const rows = await db
    .select()
    .from(driftRefusals)
    .where(
      and(
        device === undefined ? undefined : eq(driftRefusals.device, device),
        line === undefined ? undefined : eq(driftRefusals.line, line),
        olderThan({ at: driftRefusals.refusedAt, id: driftRefusals.id }, cursor),
      ),
    )
    .orderBy(desc(driftRefusals.refusedAt), desc(driftRefusals.id))
    .limit(limit + 1);
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.refusedAt, last.id));
  return { refusals: page, next };
}
