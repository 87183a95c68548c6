/** Stands for `src/node/models/trial-entry.ts` in the one-file build: the trial process is that same file. */
export const TRIAL_ENTRY: { main: URL; args: readonly string[] } = {
  main: new URL(import.meta.url),
  args: ['--trial'],
};
