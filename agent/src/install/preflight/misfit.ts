import { fits } from '@plumbline/firmware-profiles';
import { DERIVATIONS } from '@plumbline/shared/activity';
import type { Target, UpdateInput } from '../../update/index.ts';
import { decoderOf } from '../payload.ts';
import type { InstallDeps } from '../step.ts';

/** Golden rows, reference, card and seal beside the model. */
const ARCHIVE_ALLOWANCE_BYTES = 16 * 2 ** 20;

/**
 * Why this device can never run the target, as far as its papers tell before a byte has travelled: codec, size, and what
 * the release says of memory, operator sets and derived inputs. Hardware was judged with the papers.
 * @throws AgentError `codec_unknown`
 */
export function misfitOf(
  { decoders, profile, agentVersion }: Pick<InstallDeps, 'decoders' | 'profile' | 'agentVersion'>,
  target: Target,
): Extract<UpdateInput, { type: 'failed' }> | undefined {
  decoderOf(decoders, target);
  const { needs, length } = target;
  if (length > profile.maxModelBytes + ARCHIVE_ALLOWANCE_BYTES) {
    return misfit(`${length} bytes; ${profile.name} takes models of ${profile.maxModelBytes}`);
  }
  if (needs === undefined) return undefined;
  const fit = fits(profile, {
    modelBytes: needs.modelBytes,
    ...(needs.memoryMb !== undefined && { memoryMb: needs.memoryMb }),
    opsets: needs.opsets,
    derivations: needs.derivations,
    agentDerivations: Object.keys(DERIVATIONS),
    agentVersion,
  });
  return fit.fits ? undefined : misfit(fit.reasons.map(({ sentence }) => sentence).join(' '));
}

function misfit(detail: string): Extract<UpdateInput, { type: 'failed' }> {
  return { type: 'failed', reason: 'does_not_fit', detail };
}
