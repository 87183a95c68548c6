import { CodedError } from '../errors/index.ts';

export type TrustErrorCode =
  | 'not_canonical' // bytes are not the RFC 8785 form of what they say
  | 'document_malformed'
  | 'signature_missing'
  | 'signature_invalid'
  | 'key_unknown'
  | 'below_threshold'
  | 'bad_hash'
  | 'bad_length'
  | 'wrong_site'
  | 'wrong_device'
  | 'wrong_root'
  | 'rollback'
  | 'expired'
  | 'not_in_release'
  | 'seal_invalid'
  | 'token_invalid'
  | 'stale' // metadata whose time is over
  | 'mix_and_match' // documents of different days
  | 'role_missing'
  | 'fast_forward' // a version or counter that jumps out of reach
  | 'floor_too_high'
  | 'bad_path'
  | 'too_deep'
  | 'line_not_delegated';

/** A refusal by the verifier: names the role and the field at fault. */
export class TrustError extends CodedError<TrustErrorCode> {
  override readonly name = 'TrustError';

  constructor(code: TrustErrorCode, message: string, field?: string, expected?: string) {
    super(code, message, {
      kind: 'refused',
      ...(field === undefined ? {} : { field }),
      ...(expected === undefined ? {} : { expected }),
    });
  }
}
