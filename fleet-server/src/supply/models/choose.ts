import { fits, resolveProfile } from '@plumbline/firmware-profiles';
import { linePath, type AssignedModel, type LineMetadata } from '@plumbline/shared/trust';
import { ModelError } from './errors.ts';
import type { VersionSummary } from './list.ts';

/**
 * What a device of a profile is to run of a release: the first variant that fits, and the smallest payload the profile
 * takes. `counter` is the release's own, or that of its return ticket.
 * @throws ModelError `variant_none_fits` with the reason of each variant, `model_not_published`.
 */
export function chooseModel(
  release: VersionSummary,
  line: LineMetadata,
  device: { profile: string; agent: string; derivations: string[] },
): AssignedModel {
  const profile = resolveProfile(device.profile);
  const reasons: string[] = [];
  for (const variant of release.variants) {
    const codecs = profile.codecs as readonly string[];
    const payload = variant.payloads.find((one) => codecs.includes(one.codec));
    const verdict = fits(profile, {
      modelBytes: variant.modelBytes,
      opsets: variant.needs.opsets,
      operators: variant.needs.operators,
      derivations: variant.needs.derivations,
      agentDerivations: device.derivations,
      agentVersion: device.agent,
      ...(payload === undefined ? {} : { codec: payload.codec }),
      ...(variant.profiles.length === 0 ? {} : { targets: variant.profiles }),
    });
    if (payload === undefined || !verdict.fits) {
      reasons.push(
        `${variant.variant}: ${verdict.fits ? 'no payload codec in common' : verdict.reasons.map((one) => one.sentence).join('; ')}`,
      );
      continue;
    }
    const path = newestPath(line.targets, release, variant.variant);
    const target = path === undefined ? undefined : line.targets[path];
    if (path === undefined || target === undefined) {
      throw new ModelError('model_not_published', `${release.line}@${release.version}: not a release in force`, {
        kind: 'conflict',
        field: 'model',
        expected: linePath(release.line, release.counter, variant.variant),
      });
    }
    return {
      model: release.line,
      path,
      length: target.length,
      sha256: target.hashes.sha256,
      releaseCounter: target.custom.counter,
      payload,
    };
  }
  throw new ModelError(
    'variant_none_fits',
    `${release.line}@${release.version} on ${device.profile}: ${reasons.join(' | ')}`,
    {
      kind: 'refused',
      field: 'profile',
      expected: 'a profile that a variant of this release fits',
    },
  );
}

/** A version that was returned to stands under two counters: the ticket's is the higher one and the one in force. */
function newestPath(targets: LineMetadata['targets'], release: VersionSummary, variant: string): string | undefined {
  return Object.entries(targets)
    .filter(([, target]) => target.custom.version === release.version && target.custom.variant === variant)
    .toSorted(([, a], [, b]) => b.custom.counter - a.custom.counter)[0]?.[0];
}
