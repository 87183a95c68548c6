import { CodedError } from '@plumbline/shared/errors';

export type BrokerErrorCode = 'port_busy' | 'listen_failed' | 'broker_unreachable';
export type ArtifactErrorCode =
  | 'artifacts_unavailable'
  | 'artifact_address_invalid'
  | 'artifact_not_found'
  | 'artifact_corrupt';

/** What every broker adapter throws. */
export class BrokerError extends CodedError<BrokerErrorCode> {
  override readonly name = 'BrokerError';
}

/** What every artifact store throws. */
export class ArtifactError extends CodedError<ArtifactErrorCode> {
  override readonly name = 'ArtifactError';
}
