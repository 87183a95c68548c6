import type { Reporter, TestModule } from 'vitest/node';

/** Ends a test run with the one line that programs read: `N passed, N failed[, N skipped]`. */
class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      // A file that does not even load runs no test, and must not pass as "nothing failed".
      if (module.state() === 'failed' && module.children.size === 0) count.failed += 1;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
    }
    const skipped = count.skipped + count.pending;
    console.log(`${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
}

// Vitest loads a reporter by its file's default export.
// oxlint-disable-next-line import/no-default-export
export default ClosingLine;
