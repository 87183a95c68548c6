import { profileFiles, templateFiles } from './catalogue.ts';
import { compose, isObject, type JsonObject } from './compose.ts';
import { ProfileError } from './errors.ts';
import { nearest } from './nearest.ts';
import { profile, type Profile } from './schema.ts';

/** Every profile id, sorted. */
export const profileIds: readonly string[] = Object.keys(profileFiles).map(idOfFile).toSorted();

/**
 * One profile with its template merged in; a fresh value on every call.
 * @throws ProfileError `profile_unknown` (expected: the nearest ids), `profile_invalid` (a file of this package).
 */
export function resolveProfile(id: string): Profile {
  const file = fileOf(profileFiles, id);
  if (file === undefined) {
    throw new ProfileError('profile_unknown', `there is no firmware profile ${JSON.stringify(id.slice(0, 64))}`, {
      kind: 'not-found',
      field: 'profile',
      expected: `a known profile, such as ${nearest(id.slice(0, 64), profileIds).join(', ')}`,
    });
  }
  const template = typeof file.extends === 'string' ? fileOf(templateFiles, file.extends) : undefined;
  const checked = profile.safeParse(compose(template, file));
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new ProfileError('profile_invalid', `the profile ${id} breaks its own schema`, {
    kind: 'internal',
    field: issue?.path.join('.') ?? id,
    ...(issue && { expected: issue.message }),
  });
}

function fileOf(files: Readonly<JsonObject>, id: string): JsonObject | undefined {
  const entry = Object.entries(files).find(([path]) => idOfFile(path) === id);
  return isObject(entry?.[1]) ? entry[1] : undefined;
}

function idOfFile(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
}
