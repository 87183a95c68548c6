import { shareOf } from '../readers/reader.ts';
import { createTally } from '../readers/tally.ts';
import { COLUMNS, REQUIRED } from './columns.ts';
import { exampleOf, FEATURES } from './example-of.ts';
import { mergePhases } from './merge-phases.ts';
import { readSnapshot } from './snapshot.ts';
import type { Example } from '../dataset.ts';
import type { Reader } from '../readers/reader.ts';

/** Any number of snapshots of the city's school construction phases, of any date. */
export const nycSca: Reader = {
  name: 'nyc-sca',
  version: 2,
  recognise: (header) => {
    const complete = REQUIRED.every((key) => header.includes(COLUMNS[key]));
    return complete ? shareOf(header, Object.values(COLUMNS)) : 0;
  },
  read(files) {
    const tally = createTally();
    const snapshots = files.map((file) => readSnapshot(file, tally)).filter((snapshot) => snapshot !== null);
    const examples: Example[] = [];
    let [openRows, overdueRows] = [0, 0];
    for (const phase of mergePhases(snapshots)) {
      if (phase.label === null) {
        tally.count('not_yet_due', phase.rowCount);
        openRows += phase.rowCount;
      } else {
        examples.push(exampleOf(phase, phase.label));
        if (phase.endedAt === null) overdueRows++;
        tally.count('kept');
        tally.count('merged', phase.rowCount - 1);
      }
    }
    return {
      features: FEATURES,
      target: 'the phase was not finished 30 days after its planned end',
      split: 'time',
      examples,
      ...tally.result(),
      censoring: {
        openRows,
        overdueRows,
        overdue: 'late',
        ...(snapshots.length > 0 ? { dataDate: Math.max(...snapshots.map(({ dataDate }) => dataDate)) } : {}),
      },
    };
  },
};
