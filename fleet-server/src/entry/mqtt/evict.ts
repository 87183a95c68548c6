import type { Fleet } from '../fleet.ts';

/** A device that was being let in at the moment of the verdict is looked for once more; longer than a connect takes. */
const SECOND_LOOK_MS = 3000;

/**
 * Closes the live connection of a device that may not speak any more. `authenticate` keeps it out afterwards. The event
 * waits in the outbox while the broker is away, so that no verdict is lost.
 */
export function evictBarred(fleet: Pick<Fleet, 'dispatcher' | 'broker' | 'clock' | 'log'>): void {
  const { dispatcher, broker, clock, log } = fleet;
  dispatcher.subscribe('mqtt-evict', ['device.revoked', 'device.quarantined'], async ({ device, reason, type }) => {
    await broker.disconnect(device);
    log.warn({ device, reason, verdict: type }, 'device disconnected');
    clock.after(SECOND_LOOK_MS, () => {
      broker.disconnect(device).catch((error: unknown) => log.warn({ device, err: error }, 'second look failed'));
    });
  });
}
