import type { DeviceStatus } from '@plumbline/shared/wire';
import { DeviceError, recordStatus } from '../../sites/devices/index.ts';
import type { Fleet } from '../fleet.ts';

export interface Statuses {
  take(device: string, status: DeviceStatus): Promise<void>;
  /** Takes what could not be taken before. Asked before a report, which counts only for a connection that is known. */
  catchUp(device: string): Promise<void>;
}

/**
 * Births and deaths are said once in a connection: one that the database could not take is kept until it can, or every
 * report of that connection would be one of a stranger. They are taken in the order they came: the death of an earlier
 * connection may come after the birth of a later one. A server that restarts hears births again.
 */
export function createStatuses(fleet: Pick<Fleet, 'database' | 'now'>): Statuses {
  const untaken = new Map<string, DeviceStatus[]>();
  const forget = (device: string, status: DeviceStatus): void => {
    const rest = (untaken.get(device) ?? []).filter((one) => one !== status);
    if (rest.length > 0) untaken.set(device, rest);
    else untaken.delete(device);
  };
  const catchUp = async (device: string): Promise<void> => {
    for (const status of untaken.get(device) ?? []) {
      try {
        await recordStatus(fleet, device, status);
      } catch (error) {
        // A verdict is an answer; whatever else it was can be tried again.
        if (error instanceof DeviceError) forget(device, status);
        throw error;
      }
      forget(device, status);
    }
  };
  return {
    async take(device, status) {
      // A birth makes whatever was said of connections before it not worth knowing.
      const before = status.status === 'birth' ? [] : (untaken.get(device) ?? []);
      untaken.set(device, [...before, status]);
      await catchUp(device);
    },
    catchUp,
  };
}
