import { createHash } from 'node:crypto';
import { z } from 'zod';

/** `integrity.json` of a build of the site app. */
export const integrityList = z.object({
  build: z.string().regex(/^[0-9a-f]{16}$/),
  files: z.record(z.string().min(1).max(256), z.string().startsWith('sha384-')),
});

export type IntegrityList = z.infer<typeof integrityList>;

export interface ComparedBuild {
  build: string;
  files: number;
  /** Given by the host with other bytes than the build has. */
  altered: string[];
  /** Not given at all. */
  missing: string[];
}

/**
 * Whether a host gives exactly the files of a build. Looked at from here and now: a host that gives one person something
 * else is not found this way.
 * @param load the bytes under a path; undefined where the host has none
 */
export async function compareBuild(
  { build, files }: IntegrityList,
  load: (path: string) => Promise<Uint8Array | undefined>,
): Promise<ComparedBuild> {
  const found: ComparedBuild = { build, files: Object.keys(files).length, altered: [], missing: [] };
  for (const [path, integrity] of Object.entries(files)) {
    const bytes = await load(path);
    if (bytes === undefined) found.missing.push(path);
    else if (hashOf(bytes) !== integrity) found.altered.push(path);
  }
  return found;
}

function hashOf(bytes: Uint8Array): string {
  return `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
}
