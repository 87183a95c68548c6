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
 * report of that connection would be one of a stranger. A server that restarts hears them again.
 */
export function createStatuses(fleet: Pick<Fleet, 'database' | 'now'>): Statuses {
  const untaken = new Map<string, DeviceStatus>();
  const take = async (device: string, status: DeviceStatus): Promise<void> => {
    untaken.set(device, status);
    try {
      await recordStatus(fleet, device, status);
    } catch (error) {
      if (error instanceof DeviceError) forget(device, status);
      throw error;
    }
    forget(device, status);
  };
  // A newer one may have come meanwhile.
  const forget = (device: string, status: DeviceStatus): void => {
    if (untaken.get(device) === status) untaken.delete(device);
  };
  return {
    take,
    async catchUp(device) {
      const status = untaken.get(device);
      if (status !== undefined) await take(device, status);
    },
  };
}
