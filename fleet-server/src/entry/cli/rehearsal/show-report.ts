import type { RehearsalReport } from '../../../delivery/rehearsal/index.ts';
import { table } from '../output.ts';

const MINUTE_MS = 60_000;
const KB = 1000;

/** A rehearsal for people: how it ended, why, what it would have cost, and how it went. */
export function showReport(report: RehearsalReport): string {
  const { verdict, stage, sentence, exposedDevices, devices, bytes, durationMs, timeline } = report;
  return [
    `${verdict} in stage ${stage === '' ? '–' : stage} after ${clock(durationMs)}`,
    `  ${sentence}`,
    `  ${exposedDevices} of ${devices} simulated devices were given the candidate`,
    `  ${Math.round(bytes.down / KB)} KB down and ${Math.round(bytes.up / KB)} KB up, a device ${Math.round(bytes.perDevice.down / KB)} and ${Math.round(bytes.perDevice.up / KB)} KB`,
    '',
    table(
      ['after', 'stage', 'event', 'sentence'],
      timeline.map((one) => [clock(one.at), one.stage, one.event, one.sentence]),
    ),
  ].join('\n');
}

/** Days, hours and minutes. */
function clock(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  const days = Math.floor(minutes / 1440);
  const time = `${String(Math.floor((minutes % 1440) / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return days === 0 ? time : `${days} d ${time}`;
}
