import type { DeviceSettings } from '@plumbline/shared/trust';
import type { AgentOptions } from '../options.ts';
import type { LineState } from '../state.ts';
import { mintAssignment, mintRelease, mintRepository, type Release } from './mint.ts';
import { createTestDevice, type TestDevice } from './test-device.ts';

/** A soak that one prediction ends. */
export const QUICK: DeviceSettings = { proveRecords: 1, proveTimeoutMs: 60_000 };

/** Assigns a release; the metadata of its line list it beside the ones given. */
export async function assignTo(
  { server }: TestDevice,
  seq: number,
  release: Release,
  { others = [], settings = QUICK }: { others?: Release[]; settings?: DeviceSettings } = {},
): Promise<void> {
  const releases = [...others, release];
  server.offer(...releases);
  const repository = await mintRepository({ releases, version: seq });
  server.assign(await mintAssignment(seq, [release], { settings }), repository);
}

export const FIRST_RELEASE: Release = await mintRelease({ counter: 1, version: '1.0.0' });

/** A device on which the first release is committed and proven. */
export async function installedDevice(options: Partial<AgentOptions> = {}, startAt?: number): Promise<TestDevice> {
  const device = await createTestDevice(options, startAt);
  await device.start();
  await assignTo(device, 1, FIRST_RELEASE);
  await device.pass(2000);
  await askFor(device, 1);
  await device.pass(1000);
  return device;
}

/** Predictions as a caller on site asks for them, one a second. */
export async function askFor(device: TestDevice, count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count; i += 1) {
    const values = { a: (i % 7) / 3 - 1, b: (i % 5) / 2 - 1 };
    await device.agent().predict([{ activity: `activity ${i}`, values, asOf: device.clock.now() }]);
    await device.clock.advance(1000);
  }
}

export function lineOf(device: TestDevice): LineState {
  const line = device.agent().state().lines[0];
  if (line === undefined) throw new Error('no line');
  return line;
}

export function eventsOf(device: TestDevice, code: string): Record<string, unknown>[] {
  return device.events.filter((event) => event.code === code).map(({ details }) => details);
}
