export type { Action, BrokerPolicy, Principal } from './aedes-acl.ts';
export { createAedesBroker, type AedesBroker, type AedesBrokerOptions } from './aedes-broker.ts';
export type { Address } from './aedes-listeners.ts';
export { openArtifactFiles } from './artifact-files.ts';
export { connectExternalBroker, type ExternalBrokerOptions } from './external-broker.ts';
export { systemClock } from './system-clock.ts';
export { systemRandom } from './system-random.ts';
