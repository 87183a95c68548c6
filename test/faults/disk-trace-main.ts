import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createProcessTrial } from '@plumbline/agent/node';
import { startDevice } from '../harness/device.ts';

/**
 * A gateway whose calls to the disk are recorded from outside. Promises are written to a file beside its folder, so that
 * they stand in the same record: after the outcome was kept, not before.
 * Arguments: its name, its folder, the file of promises, the line and the version that end the record.
 */
const [name = '', folder = '', promises = '', line = '', version = ''] = process.argv.slice(2);
const PACE_MS = 30;
const trial = createProcessTrial();
const device = await startDevice(name, folder, trial);
for (let i = 0; ; i += 1) {
  const ref = `${name}-${i}`;
  await device.agent.recordEntry({ activity: ref, field: 'outcome', value: { label: 1 }, actor: 'foreman', ref });
  appendFileSync(promises, `${ref}\n`);
  await device.agent.predict([{ activity: ref, values: { a: i, b: 1 }, asOf: i }], { line });
  // The record is to hold the calls of an install, not thousands of outcomes.
  await pause(PACE_MS);
  if (device.line(line)?.state === 'committed' && device.line(line)?.running?.version === version) break;
}
await device.drains();
await device.stop();
await trial.close();
