/** Written in by `build.ts`: every file of this build with its SHA-384, by path below the scope. */
declare const PLUMBLINE_FILES: { build: string; files: Readonly<Record<string, string>> };

export const PRECACHE = PLUMBLINE_FILES;
