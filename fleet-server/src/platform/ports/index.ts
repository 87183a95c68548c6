export type { ArtifactStore } from './artifact-store.ts';
export { UPLINK_FILTER, withoutThrowing, type Broker, type BrokerMessage, type MessageHandler } from './broker.ts';
export { ArtifactError, BrokerError, type ArtifactErrorCode, type BrokerErrorCode } from './errors.ts';
export {
  IdentityError,
  type Flight,
  type Identity,
  type IdentityErrorCode,
  type IdentityProvider,
} from './identity-provider.ts';
export {
  ENGINES,
  type Engine,
  type HeldModel,
  type HeldResult,
  type LabData,
  type LabFailure,
  type LabJob,
  type LabLimits,
  type LabResult,
  type LabRun,
  type LabTensor,
  type ModelLab,
  type RaceJob,
  type RaceResult,
} from './model-lab.ts';
