/** How large a proof is to be; without a wish each takes its full count. */
export interface SoakOptions {
  seed: number;
  count?: number;
  minutes?: number;
  /** Folder in which it keeps how far it came. */
  dir?: string;
}
