import { CodedError } from '@plumbline/shared/errors';

/** Every way in which keys, the signing desk or a ceremony refuse; the signer process answers with the same words. */
export const KEY_ERROR_CODES = [
  'keys_missing',
  'keys_malformed',
  'keys_exist',
  'keys_unwritable',
  'keys_disagree', // two files of one set that do not belong together
  'passphrase_needed',
  'passphrase_wrong',
  'passphrase_weak',
  'request_malformed', // a frame the signer does not know
  'document_refused', // not a document of the role that was asked to sign it
  'certificate_refused',
  'signer_unavailable',
  'signer_busy',
  'signer_running',
  'socket_path_too_long',
  'threshold_not_met', // too few private keys at hand for a ceremony
  'threshold_unreachable', // after the change nobody could sign any more
  'key_unknown',
  'key_known',
  'line_known',
  'line_not_delegated',
  'floor_lowered',
  'ceremony_malformed',
  'seal_key_unknown',
] as const;

export type KeyErrorCode = (typeof KEY_ERROR_CODES)[number];

export class KeyError extends CodedError<KeyErrorCode> {
  override readonly name = 'KeyError';
}
