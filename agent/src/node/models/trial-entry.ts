/** What Node starts as the trial process. The one-file build puts its own entry in the place of this file. */
export const TRIAL_ENTRY: { main: URL; args: readonly string[] } = {
  main: new URL('./trial-main.ts', import.meta.url),
  args: [],
};
