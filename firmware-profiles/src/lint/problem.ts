export interface Problem {
  /** Path in the package. */
  file: string;
  /** Path in the file; empty when the whole file is meant. */
  field: string;
  problem: string;
}

/** What one rule found in one file. */
export type Finding = Omit<Problem, 'file'>;
