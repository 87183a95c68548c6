import type { ModelReport } from '@plumbline/shared/wire';
import { deviceLines, eq, preparedWrite, rowsInserter, sql, type Db } from '../../../platform/db/index.ts';

const insert = rowsInserter(deviceLines);
const forget = preparedWrite<{ device: string }>((db) =>
  db.delete(deviceLines).where(eq(deviceLines.device, sql.placeholder('device'))),
);

/** Puts what a device says of its model lines in the place of what it said before; lines it no longer names are gone. */
export async function keepLines(tx: Db, device: string, models: readonly ModelReport[], now: number): Promise<void> {
  await forget(tx, [{ device }]);
  // A device that names a line twice has said the last one.
  const lines = [...new Map(models.map((model) => [model.model, model])).values()];
  await insert(
    tx,
    lines.map((model) => rowOf(device, model, now)),
  );
}

function rowOf(device: string, said: ModelReport, now: number): typeof deviceLines.$inferInsert {
  const { running, target } = said;
  return {
    device,
    line: said.model,
    state: said.state,
    targetSeq: target?.assignmentSeq ?? null,
    targetSha256: target?.sha256 ?? null,
    runningSha256: running?.sha256 ?? null,
    runningVersion: running?.version ?? null,
    runningCounter: running?.counter ?? null,
    slot: said.slot ?? null,
    proof: said.proof ?? null,
    reason: said.reason ?? null,
    detail: said.detail ?? null,
    deferredUntil: said.deferredUntil ?? null,
    shadow: jsonOf(said.shadow),
    served: jsonOf(said.served),
    servedBefore: jsonOf(said.servedBefore),
    reportedAt: now,
  };
}

function jsonOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
