import type { Finding } from '@plumbline/shared/drift';
import { and, driftFindings, eq, inArray, lt, type ReadDb } from '../../../platform/db/index.ts';
import { listHolds } from '../holds/settle-holds.ts';
import { FLEET, SCORE, type SetAside } from './period.ts';

type Version = { line: string; version: string };

/**
 * What of the days before is no past to hold a fleet against: periods in which these kinds of change were found already,
 * so that what lasts does not become what is usual, and values under a hold, with the scores made of them.
 */
export async function setAsideOf(
  db: ReadDb,
  { line, version }: Version,
  kinds: readonly Finding['kind'][],
  before: number,
): Promise<SetAside[]> {
  const found = await db
    .select({ body: driftFindings.body })
    .from(driftFindings)
    .where(
      and(
        eq(driftFindings.line, line),
        eq(driftFindings.version, version),
        eq(driftFindings.scope, 'fleet'),
        eq(driftFindings.alarm, 1),
        inArray(driftFindings.kind, [...kinds]),
        lt(driftFindings.fromAt, before),
      ),
    );
  const changes = found.map(({ body }): SetAside => {
    const { kind, subject, from, to } = JSON.parse(body) as Finding;
    return { name: kind === 'score' ? SCORE : (subject ?? kind), scope: FLEET, from, to };
  });
  const holds = (await listHolds(db, line)).flatMap(({ feature, scope, from, to }): SetAside[] => {
    return [feature, SCORE].map((name) => ({ name, scope, from, to: to ?? Infinity }));
  });
  return [...changes, ...holds];
}
