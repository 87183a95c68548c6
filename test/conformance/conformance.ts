import { join } from 'node:path';

/** What a conformance run comes to. */
export interface Conformance {
  passed: number;
  failed: number;
  /** One for each that failed, with what was wrong. */
  lines: string[];
}

export interface ConformanceInput {
  /** File or folder of the published vectors, in place of those of `PLUMBLINE_SHARED`. */
  vectors?: string;
}

/** Path of third-party vectors: below `PLUMBLINE_SHARED`, by default beside the repository. */
export function vectorsPath(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const shared = env['PLUMBLINE_SHARED'] ?? join(import.meta.dirname, '../../../shared');
  return join(shared, 'vectors', name);
}

/** Collects cases one by one; a case that throws has failed. */
export function createTally(): Conformance & { check(name: string, run: () => unknown): Promise<void> } {
  return {
    passed: 0,
    failed: 0,
    lines: [],
    async check(name, run) {
      try {
        await run();
        this.passed += 1;
      } catch (error) {
        this.failed += 1;
        this.lines.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}
