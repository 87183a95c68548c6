import { fits } from '@plumbline/firmware-profiles';
import { DERIVATIONS } from '@plumbline/shared/activity';
import { derivationsOf, ManifestError, openBundle, type Bundle } from '@plumbline/shared/manifest';
import { TrustError, toHex, verifySeal } from '@plumbline/shared/trust';
import type { Target, UpdateInput } from '../update/index.ts';
import type { InstallDeps, StepInput } from './step.ts';
import { forgetPayload } from './fetch-progress.ts';
import { readArchive } from './payload.ts';
import { spoiltBy } from './spoilt.ts';

/** Payload, archive, bundle, seal, fit: in that order, so that nothing is parsed before its hash is known to be right. */
export async function verify(deps: InstallDeps, { target }: StepInput): Promise<UpdateInput> {
  try {
    const archive = await readArchive(deps, target).catch((error: unknown) => spoiltBy(deps, target, error));
    if (archive === undefined) return { type: 'missing' };
    if ('type' in archive) return archive;
    const digest = async (bytes: Uint8Array) => toHex(await deps.crypto.sha256(bytes));
    const bundle = await openBundle(archive, digest);
    await checkSeal(deps, target.model, bundle, digest);
    checkIdentity(bundle, target);
    const misfit = misfitOf(deps, bundle);
    if (misfit === undefined) return { type: 'verified' };
    await forgetPayload(deps, target);
    return { type: 'failed', reason: 'does_not_fit', detail: misfit };
  } catch (error) {
    // What was refused once must not be taken for fetched when it is assigned again.
    if (error instanceof TrustError || error instanceof ManifestError) await forgetPayload(deps, target);
    throw error;
  }
}

async function checkSeal(
  { sealKeys }: InstallDeps,
  line: string,
  { files }: Bundle,
  digest: (bytes: Uint8Array) => Promise<string>,
): Promise<void> {
  const { 'model.sig': seal, ...sealed } = files;
  if (seal === undefined) throw new TrustError('seal_invalid', 'bundle: no model.sig', 'model.sig');
  const digests: Record<string, string> = {};
  for (const [name, bytes] of Object.entries(sealed)) digests[name] = await digest(bytes);
  verifySeal(seal, digests, sealKeys(line));
}

/** The papers were signed for this line and version; the bytes must not speak of another. */
function checkIdentity({ manifest }: Bundle, target: Target): void {
  for (const [field, expected] of [
    ['line', target.model],
    ['version', target.version],
  ] as const) {
    if (manifest[field] === expected) continue;
    throw new ManifestError('manifest_malformed', `manifest.json: ${field} is ${manifest[field]}`, {
      kind: 'refused',
      field: `manifest.json.${field}`,
      expected,
    });
  }
}

function misfitOf({ profile, agentVersion }: InstallDeps, { manifest, model }: Bundle): string | undefined {
  const { memoryMb, opsets, operators } = manifest.needs;
  const fit = fits(profile, {
    modelBytes: model.length,
    opsets,
    operators,
    ...(memoryMb !== undefined && { memoryMb }),
    derivations: derivationsOf(manifest),
    agentDerivations: Object.keys(DERIVATIONS),
    agentVersion,
  });
  return fit.fits ? undefined : fit.reasons.map(({ sentence }) => sentence).join(' ');
}
