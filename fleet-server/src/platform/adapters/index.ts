export type { Action, BrokerConnection, BrokerPolicy, Principal } from './aedes-acl.ts';
export { createAedesBroker, type AedesBroker, type AedesBrokerOptions } from './aedes-broker.ts';
export { GATE_LIMITS, type GateLimits } from './aedes-gate.ts';
export type { Address, JudgeClient, TlsMaterial } from './aedes-listeners.ts';
export type { StreamGuard } from './aedes-stream.ts';
export { openArtifactFiles } from './artifact-files.ts';
export { connectExternalBroker, type ExternalBrokerOptions } from './external-broker.ts';
export { systemClock } from './system-clock.ts';
export { systemRandom } from './system-random.ts';
