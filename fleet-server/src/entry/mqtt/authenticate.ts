import { verifyConnectToken } from '@plumbline/shared/trust';
import { isAllowed, type Principal } from '@plumbline/shared/wire';
import { codeOf } from '@plumbline/shared/errors';
import { getDevice } from '../../sites/devices/index.ts';
import type { Fleet } from '../fleet.ts';

export type BrokerPrincipal = Principal & { clientId: string };

/** How far the clocks of server and device may differ at a connect. */
const CLOCK_TOLERANCE_MS = 10 * 60_000;

/**
 * Who may connect and what for, as the broker asks it. The password of a device is a token it signed itself; client id,
 * user name and token must name the same device.
 */
export function brokerPolicy(fleet: Pick<Fleet, 'database' | 'now' | 'log'>) {
  return {
    async authenticate(
      clientId: string,
      username: string | undefined,
      password: Uint8Array | undefined,
    ): Promise<BrokerPrincipal | null> {
      try {
        const device = await getDevice(fleet.database.db, clientId);
        if (username !== `${device.site}/${device.id}` || password === undefined) return null;
        verifyConnectToken(new TextDecoder().decode(password), device.publicKey, {
          site: device.site,
          device: device.id,
          nowMs: fleet.now(),
          toleranceMs: CLOCK_TOLERANCE_MS,
        });
        return { kind: 'device', site: device.site, device: device.id, clientId };
      } catch (error) {
        fleet.log.warn({ clientId, code: codeOf(error) }, 'connection refused');
        return null;
      }
    },
    authorize: (action: 'publish' | 'subscribe' | 'forward', who: BrokerPrincipal, topic: string) =>
      isAllowed(who, action, topic),
  };
}
