import { parse, rcompare, valid } from 'semver';
import { answersAlike } from './answer.ts';
import type { GraphInput, GraphOutput } from './manifest.ts';
import { ManifestError } from './errors.ts';

/** What decides a bump: everything a caller or a device sees of a model. */
export interface VersionSubject {
  algorithm: string;
  inputs: GraphInput[];
  output: GraphOutput;
}

export type Bump = 'major' | 'minor' | 'patch';

/**
 * The rule table, first match wins. The server computes the bump and refuses a wrong one.
 * | changed | bump |
 * |---|---|
 * | name, type, unit, categories removed, or source of a feature the old model had; a value that may be missing no more; output classes, or classes against a value, its unit, its quantile | major |
 * | a feature more; algorithm; categories added; graph inputs laid out otherwise | minor |
 * | nothing but weights, training range, threshold | patch |
 */
export function bumpBetween(before: VersionSubject, after: VersionSubject): Bump {
  if (recordsChanged(before, after) || outputsChanged(before.output, after.output)) return 'major';
  if (before.algorithm !== after.algorithm || layoutOf(before) !== layoutOf(after)) return 'minor';
  return 'patch';
}

/** Next version of a line; the first version of a line is 1.0.0. */
export function nextVersion(
  before: { version: string; subject: VersionSubject } | undefined,
  after: VersionSubject,
): string {
  if (before === undefined) return '1.0.0';
  const version = parse(before.version);
  if (version === null)
    throw new ManifestError('version_malformed', `version: ${before.version}`, {
      field: 'version',
      expected: 'semver',
    });
  return version.inc(bumpBetween(before.subject, after)).version;
}

/** @throws ManifestError `version_wrong_bump` when `claimed` is not what the rule table gives. */
export function checkVersion(
  claimed: string,
  before: { version: string; subject: VersionSubject } | undefined,
  after: VersionSubject,
): void {
  const expected = nextVersion(before, after);
  if (valid(claimed) === null || claimed !== expected) {
    throw new ManifestError('version_wrong_bump', `version: ${claimed} claimed, the manifests make it ${expected}`, {
      field: 'version',
      expected,
      kind: 'refused',
    });
  }
}

export function newestFirst(versions: string[]): string[] {
  return versions.toSorted(rcompare);
}

/** True when a record that the old model took is refused, or understood otherwise, by the new one. */
function recordsChanged(before: VersionSubject, after: VersionSubject): boolean {
  const then = new Map(columnsOf(before).map((feature) => [feature.name, feature]));
  const now = new Map(columnsOf(after).map((feature) => [feature.name, feature]));
  const changed = [...then.values()].some((old) => {
    const current = now.get(old.name);
    if (current === undefined || current.meaning !== old.meaning) return true;
    return old.categories.some((category) => !current.categories.includes(category));
  });
  // What may not be missing any more, or is new and may not be missing, refuses records that were fine before.
  return changed || [...now.values()].some((current) => current.required && then.get(current.name)?.required !== true);
}

function columnsOf(subject: VersionSubject) {
  return subject.inputs.flatMap((input) =>
    input.kind === 'tensor'
      ? [
          {
            name: input.column,
            meaning: JSON.stringify([input.dtype, input.shape]),
            categories: [] as string[],
            required: true,
          },
        ]
      : input.features.map((one) => ({
          name: one.name,
          meaning: JSON.stringify([one.type, one.unit ?? null, one.from]),
          categories: one.categories ?? [],
          required: one.missing === 'refuse',
        })),
  );
}

function outputsChanged(before: GraphOutput, after: GraphOutput): boolean {
  if (before.kind === 'value' || after.kind === 'value') return !answersAlike(before, after);
  return before.positive !== after.positive || JSON.stringify(before.classes) !== JSON.stringify(after.classes);
}

function layoutOf(subject: VersionSubject): string {
  return JSON.stringify(
    subject.inputs.map((input) =>
      input.kind === 'tensor'
        ? input
        : [input.name, input.dtype, input.features.map((one) => [one.name, one.categories])],
    ),
  );
}
