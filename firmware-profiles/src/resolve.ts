import { profileFiles, templateFiles } from './catalogue.ts';
import { compose, isObject, type JsonObject } from './compose.ts';
import { ProfileError } from './errors.ts';
import { nearest } from './nearest.ts';
import { profile, type Profile } from './schema.ts';

/** Every profile id, sorted. */
export const profileIds: readonly string[] = Object.keys(profileFiles).map(idOfFile).toSorted();

/**
 * One profile with its template merged in; a fresh value on every call.
 * @throws ProfileError `profile_unknown` (expected: the nearest ids), `profile_unsupported` (why there is none), `profile_invalid` (a file of this package).
 */
export function resolveProfile(id: string): Profile {
  const file = fileOf(profileFiles, id);
  const refused = unsupported.find((one) => one.id === id);
  if (refused !== undefined) {
    throw new ProfileError('profile_unsupported', `${refused.name} is not supported: ${refused.because}`, {
      kind: 'refused',
      field: 'profile',
    });
  }
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

/** A class of devices that is asked for and cannot be supported, and why; there is no profile to choose by mistake. */
export interface Unsupported {
  id: string;
  name: string;
  /** As the device gives them, see `DeviceFacts`. */
  arch: string;
  os: string;
  libc?: string;
  because: string;
}

export const unsupported: readonly Unsupported[] = [
  {
    id: 'linux-armv7',
    name: '32-bit Arm (armv7)',
    arch: 'arm',
    os: 'linux',
    // nodejs/node pull request 58071: armv7 became experimental before Node 24, and no release has carried it since.
    because:
      'Node 24, which runs the agent, is not released for armv7, and better-sqlite3 and onnxruntime-node have no build for it; a board with a 64-bit processor, such as a Raspberry Pi 3 or later, is supported with a 64-bit system',
  },
  {
    id: 'linux-arm64-musl',
    name: '64-bit Arm with musl',
    arch: 'arm64',
    os: 'linux',
    libc: 'musl',
    because: 'no profile was made for it yet; take a system on glibc, such as Debian',
  },
];

/** The entry for a device that introduces itself so. */
export function unsupportedBy(facts: { arch: string; os: string; libc?: string }): Unsupported | undefined {
  return unsupported.find(
    ({ arch, os, libc }) => arch === facts.arch && os === facts.os && (libc === undefined || libc === facts.libc),
  );
}
