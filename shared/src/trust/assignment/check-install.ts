import { TrustError } from '../errors.ts';
import type { LineMetadata } from '../image/release.ts';
import type { AssignedModel } from './documents.ts';

/**
 * The two questions meet: the assigned bytes must be a release of the line, and its counter must not go back.
 * @param floor lowest counter the fleet or its director allows
 * @param ranCounter highest counter this device has run of the line
 * @throws TrustError `not_in_release`, `bad_length`, `bad_hash`, `floor_too_high`, `rollback`
 */
export function checkInstall(
  model: AssignedModel,
  line: LineMetadata,
  floor: number,
  ranCounter: number,
  profile: string,
): void {
  const field = `assignment.models.${model.model}`;
  const target = Object.hasOwn(line.targets, model.path) ? line.targets[model.path] : undefined;
  if (target === undefined || !model.path.startsWith(`models/${model.model}/`)) {
    throw new TrustError('not_in_release', `${field}: ${model.path} is not a release in force`, `${field}.path`);
  }
  if (target.length !== model.length)
    throw new TrustError('bad_length', `${field}: length differs from the release`, `${field}.length`);
  if (target.hashes.sha256 !== model.sha256)
    throw new TrustError('bad_hash', `${field}: hash differs from the release`, `${field}.sha256`);
  if (target.custom.counter !== model.releaseCounter)
    throw new TrustError('not_in_release', `${field}: counter differs from the release`, `${field}.releaseCounter`);
  const { profiles } = target.custom;
  if (profiles.length > 0 && !profiles.includes(profile)) {
    throw new TrustError(
      'not_in_release',
      `${field}: not released for ${profile}`,
      `${field}.path`,
      profiles.join(' | '),
    );
  }
  checkFloor(line, model.model, floor);
  const lowest = Math.max(floor, ranCounter);
  if (model.releaseCounter < lowest) {
    const why = `${field}: counter ${model.releaseCounter} below ${lowest}`;
    throw new TrustError('rollback', why, `${field}.releaseCounter`, `≥ ${lowest}`);
  }
}

/** A floor above everything that was ever released would stop a line for good. @throws TrustError `floor_too_high` */
export function checkFloor(line: LineMetadata, name: string, floor: number): void {
  const highest = Math.max(0, ...Object.values(line.targets).map(({ custom }) => custom.counter));
  if (floor <= highest) return;
  const why = `line ${name}: floor ${floor} above every release`;
  throw new TrustError('floor_too_high', why, `floors.${name}`, `≤ ${highest}`);
}
