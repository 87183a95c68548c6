import { parentPort, type MessagePort } from 'node:worker_threads';
import { judgePeriod } from '../judge/judge-period.ts';
import type { Period } from '../judge/period.ts';
import { sumByDevice, type DeviceDay } from '../merge/device-days.ts';

/** Some days of a period, or all that is left of it, after which it is judged. */
export type JudgeRequest =
  | { of: 'days' | 'history' | 'past'; days: readonly DeviceDay[] }
  | {
      of: 'period';
      period: Omit<Period, 'devices' | 'days' | 'history' | 'past'>;
      hasPast: boolean;
      /** The past from then on is the history, ms; undefined where that was handed over by itself. */
      historyFrom: number | undefined;
      minimumEffect: number | undefined;
    };

const port = parentPort as MessagePort;
type Handed = Record<'days' | 'history' | 'past', DeviceDay[]>;
const nothing = (): Handed => ({ days: [], history: [], past: [] });
let handed = nothing();

port.on('message', (request: JudgeRequest) => {
  if (request.of !== 'period') {
    handed[request.of].push(...request.days);
    return;
  }
  const { period, hasPast, historyFrom, minimumEffect } = request;
  const { days, past, history: own } = handed;
  handed = nothing();
  const history = historyFrom === undefined ? own : past.filter(({ fromAt }) => fromAt >= historyFrom);
  const devices = sumByDevice(days);
  port.postMessage(judgePeriod({ ...period, devices, days, history, ...(hasPast && { past }) }, minimumEffect), []);
});
