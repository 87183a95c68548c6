import { CodedError } from '@plumbline/shared/errors';

export type DeviceErrorCode =
  | 'token_unknown'
  | 'token_expired'
  | 'token_used'
  | 'proof_invalid'
  | 'device_unknown'
  | 'device_exists'
  | 'name_invalid'
  | 'report_replayed';

export class DeviceError extends CodedError<DeviceErrorCode> {
  override readonly name = 'DeviceError';
}

export function unknownDevice(id: string): DeviceError {
  return new DeviceError('device_unknown', `no device ${id}`, { kind: 'not-found', field: 'device' });
}
