import { CodedError } from '@plumbline/shared/errors';

export type DeviceErrorCode =
  | 'token_unknown'
  | 'token_expired'
  | 'token_used'
  | 'token_wrong_class' // made for another firmware profile
  | 'tokens_invalid' // some of many; the message names each
  | 'proof_invalid'
  | 'nonce_invalid'
  | 'renewed_just_now'
  | 'approval_unknown' // nobody waits under this name
  | 'fingerprint_mismatch'
  | 'certificate_invalid'
  | 'device_unknown'
  | 'device_exists'
  | 'device_revoked'
  | 'device_quarantined'
  | 'device_active' // nothing to release
  | 'device_cloned'
  | 'name_invalid'
  | 'profile_unknown'
  | 'fleet_frozen' // the brake over everything is on
  | 'fleet_not_frozen' // there is nothing to lift
  | 'site_closing' // nobody new goes there
  | 'site_archived'
  | 'site_same' // it is there already
  | 'device_succeeded' // another has taken its place
  | 'device_wiped' // it has left: there is nothing to take back
  | 'device_stays' // it was not ordered to leave
  | 'report_replayed';

export class DeviceError extends CodedError<DeviceErrorCode> {
  override readonly name = 'DeviceError';
}

export function unknownDevice(id: string): DeviceError {
  return new DeviceError('device_unknown', `no device ${id}`, { kind: 'not-found', field: 'device' });
}
