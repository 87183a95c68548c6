import { listFindings, listHolds } from '../insight/drift/index.ts';
import type { LoopEvidence } from '../learning/retraining/index.ts';
import type { Database } from '../platform/db/index.ts';

/** What the looks at drift have found, as the loop reads it: alarms that last, and faults of the data. */
export function keptEvidence({ db }: Database): LoopEvidence {
  return {
    findings: (line, version) => listFindings(db, { line, version, alarm: true, standing: true }),
    holds: (line) => listHolds(db, line),
  };
}
