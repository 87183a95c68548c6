export type { ArtifactStore } from './artifact-store.ts';
export { UPLINK_FILTER, withoutThrowing, type Broker, type BrokerMessage, type MessageHandler } from './broker.ts';
export { ArtifactError, BrokerError, type ArtifactErrorCode, type BrokerErrorCode } from './errors.ts';
