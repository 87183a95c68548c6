import { settleSuccession } from '../sites/devices/index.ts';
import { archiveEmptied } from '../sites/register/index.ts';
import type { Fleet } from './fleet.ts';

/** What follows by itself: a device that enrolled takes the place it was meant for, a site whose last device went is archived. */
export function followLifecycle(fleet: Pick<Fleet, 'database' | 'desk' | 'now' | 'dispatcher' | 'log'>): void {
  const { dispatcher, log } = fleet;
  dispatcher.subscribe('lifecycle-successions', ['device.enrolled'], async ({ device }) => {
    const old = await settleSuccession(fleet, device);
    if (old !== undefined) log.info({ device, old }, 'a device has taken the place of another');
  });
  dispatcher.subscribe('lifecycle-sites', ['device.revoked'], async () => {
    for (const site of await archiveEmptied(fleet)) log.info({ site }, 'site archived');
  });
}
