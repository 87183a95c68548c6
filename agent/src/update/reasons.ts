import { codeOf } from '@plumbline/shared/errors';
import type { RefusalReason } from '@plumbline/shared/update';

/** The reason that a coded error is reported under; the code itself stands in the detail. */
const REASONS: Readonly<Record<string, RefusalReason>> = {
  bad_hash: 'bad_hash',
  bad_length: 'bad_length',
  body_too_large: 'bad_length',
  not_canonical: 'bad_signature',
  document_malformed: 'bad_signature',
  signature_missing: 'bad_signature',
  signature_invalid: 'bad_signature',
  key_unknown: 'bad_signature',
  below_threshold: 'bad_signature',
  wrong_site: 'wrong_device',
  wrong_device: 'wrong_device',
  wrong_root: 'bad_signature',
  rollback: 'rollback',
  expired: 'stale_metadata',
  stale: 'stale_metadata',
  mix_and_match: 'bad_signature',
  role_missing: 'not_in_release',
  line_not_delegated: 'not_in_release',
  bad_path: 'not_in_release',
  too_deep: 'not_in_release',
  fast_forward: 'rollback',
  floor_too_high: 'rollback',
  not_in_release: 'not_in_release',
  seal_invalid: 'seal_invalid',
  manifest_malformed: 'bundle_malformed',
  bundle_malformed: 'bundle_malformed',
  bundle_too_large: 'bundle_malformed',
  bundle_file_missing: 'bundle_malformed',
  codec_unknown: 'does_not_fit',
  model_unloadable: 'model_unloadable',
  run_failed: 'self_test_failed',
  output_missing: 'self_test_failed',
  output_not_finite: 'self_test_failed',
  derivation_unknown: 'does_not_fit',
};

export function reasonOf(error: unknown): RefusalReason | undefined {
  return REASONS[codeOf(error)];
}
