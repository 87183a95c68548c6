import { TrustError } from '../errors.ts';

const MAX_PATH_LENGTH = 512;

/**
 * Patterns of delegations: `*` and `?` as in a shell, never across a `/`, so `models/*` does not match
 * `models/delay/3`. Both sides are walked once each way: no pattern makes it slow.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  const patterns = pattern.split('/');
  const segments = path.split('/');
  return patterns.length === segments.length && patterns.every((one, i) => matchesSegment(one, segments[i] ?? ''));
}

function matchesSegment(pattern: string, text: string): boolean {
  let [p, t, star, marked] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      marked = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      marked += 1;
      t = marked;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/**
 * For a target path that becomes the name of a file: relative, no empty or dotted segment, nothing escaped.
 * @throws TrustError `bad_path`
 */
export function checkTargetPath(path: string): string {
  const isPlain = /^[A-Za-z0-9._@+-]+(?:\/[A-Za-z0-9._@+-]+)*$/.test(path);
  const isDotted = path.split('/').some((segment) => segment === '.' || segment === '..');
  if (isPlain && !isDotted && path.length <= MAX_PATH_LENGTH) return path;
  throw new TrustError(
    'bad_path',
    `${JSON.stringify(path.slice(0, 80))}: not a target path`,
    'path',
    'a relative path',
  );
}

/** What file systems take of one name, in bytes; ours are ASCII. */
const MAX_FILE_NAME = 255;

/**
 * The file a role's metadata are kept in: whatever the role is called, one name within one folder.
 * @throws TrustError `bad_path` when the name is longer than file systems take
 */
export function metadataFileName(role: string): string {
  const escaped = encodeURIComponent(role).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const name = `${escaped}.json`;
  if (name.length <= MAX_FILE_NAME) return name;
  throw new TrustError('bad_path', 'a role name is too long for a file', 'role', `≤ ${MAX_FILE_NAME} bytes`);
}
