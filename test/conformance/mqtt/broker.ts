import { createGuard, type GuardLimits } from '../../../fleet-server/src/entry/mqtt/guard/index.ts';
import {
  createAedesBroker,
  type AedesBroker,
  type AedesBrokerOptions,
} from '../../../fleet-server/src/platform/adapters/index.ts';

const UNLIMITED = { burst: 1e9, perSecond: 1e9 };

/** Guard and aedes together, for everyone and everything unless told otherwise: what is under test is the protocol. */
export function openMqttBroker(
  limits: GuardLimits,
  options: Partial<AedesBrokerOptions<{ clientId: string }>> = {},
): Promise<AedesBroker> {
  return createAedesBroker({
    tcp: { host: '127.0.0.1', port: 0 },
    policy: { authenticate: async (clientId) => ({ clientId }), authorize: () => true },
    clientIds: /^/,
    guard: () => createGuard(limits),
    gate: { perAddress: UNLIMITED, overall: UNLIMITED },
    ...options,
  });
}
