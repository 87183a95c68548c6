import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { foreignModels } from '../../fleet-server/src/supply/onnx/foreign-models.ts';
import {
  bareIrisScores,
  FLOWERS,
  IRIS_MAPPING,
  readBooks,
  balance,
  runProgram,
  type Device,
  type TestFleet,
} from '../harness/index.ts';

export const foreign = foreignModels();

/** Predictions of the three flowers, each under the name of an activity of its own. */
export function predictFlowers(device: Device, round: string) {
  return device.agent.predict(FLOWERS.map((values, i) => ({ activity: `${round}-${i}`, values, asOf: Date.now() })));
}

/** Three predictions and one outcome. @returns the reference of the outcome, which the agent has promised to keep */
export async function work(device: Device, round: string): Promise<string> {
  await predictFlowers(device, round);
  const ref = `${device.name}-${round}`;
  await device.agent.recordEntry({
    activity: `${round}-0`,
    field: 'outcome',
    value: { label: 1 },
    actor: 'foreman',
    ref,
  });
  return ref;
}

/** Takes the file in by the command line, as an operator does, and has it approved. */
export async function publishIris(fleet: TestFleet): Promise<void> {
  const file = join(fleet.folder, 'iris.onnx');
  await writeFile(file, foreign.read('tab_logreg_iris'));
  const args = ['--state', fleet.stateDir, 'models', 'import', file, '--mapping', IRIS_MAPPING];
  const imported = await runProgram('plumbline', args);
  expect(imported).toMatchObject({ err: '', exitCode: 0, out: expect.stringContaining('iris@1.0.0 sealed') });
  expect(await fleet.approve()).toMatchObject([{ line: 'iris', version: '1.0.0', signed: true }]);
}

/** The first device runs the release, and what it answers is what the bare runtime answers on the bytes in its slot. */
export async function installIris(fleet: TestFleet, device: Device): Promise<void> {
  const { sha256 } = await fleet.assign(device.name, 'iris', '1.0.0');
  await device.reaches('proving', 'iris', '1.0.0');
  const answers = await predictFlowers(device, 'first');
  const bare = await bareIrisScores(join(device.slot('iris'), 'model.onnx'));
  answers.forEach(({ score }, i) => expect(score).toBeCloseTo(bare[i] ?? Number.NaN, 5));
  expect(answers.map((one) => one.sha256)).toEqual(FLOWERS.map(() => sha256));
  expect(await device.reaches('committed', 'iris')).toMatchObject({ proof: 'proven', running: { sha256 } });
}

/** Nothing lost, nothing doubled, no number missing. */
export const CLEAN = { lost: 0, doubled: 0, holes: 0 };

/** Once every outbox is empty: what is there of what the devices promised, and how much of it there is. */
export async function drainedBooks(fleet: TestFleet, refs: readonly string[]) {
  for (const device of fleet.devices) await device.drains();
  const books = await readBooks(fleet.server.fleet.database);
  const streams = fleet.devices.flatMap(({ agent }) => Object.values(agent.state().outbox));
  return { ...balance(books, { refs, streams }), outcomes: books.refs.size, predictions: books.predictions.size };
}
