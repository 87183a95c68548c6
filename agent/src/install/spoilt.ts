import { TrustError } from '@plumbline/shared/trust';
import type { Target, UpdateInput } from '../update/index.ts';
import { forgetPayload } from './fetch-progress.ts';
import { payloadField } from './payload.ts';
import type { InstallDeps } from './step.ts';

/**
 * What came is not what was sent: the bytes are forgotten, and the machine decides whether they are fetched again. An
 * archive that is wrong behind a right payload would be so for ever, and stays an error.
 * @throws whatever else went wrong
 */
export async function spoiltBy(
  deps: Pick<InstallDeps, 'files' | 'store' | 'event'>,
  target: Target,
  error: unknown,
): Promise<Extract<UpdateInput, { type: 'spoiled' }>> {
  if (!(error instanceof TrustError) || error.field !== payloadField(target)) throw error;
  await forgetPayload(deps, target);
  deps.event('payload_damaged', { line: target.model, sha256: target.payload.sha256 });
  return { type: 'spoiled', detail: `${error.code}: ${error.message}` };
}
