import { startChromium } from '../harness/services/chromium.ts';
import { required } from '../harness/services/index.ts';
import { runInChromium, summary } from '../runtimes/core-suites/run-suites.ts';
import { selectAll } from '../runtimes/core-suites/select-suites.ts';

/** Every suite of the agent's core and of `shared` in headless Chromium, also those that take minutes. */
export async function run(): Promise<{ passed: number; failed: number }> {
  const { suites, nodeOnly } = await selectAll();
  const chromium = required(await startChromium());
  try {
    const outcomes = await runInChromium(chromium, suites);
    const failures = outcomes.flatMap((one) => one.failures);
    for (const { test, error } of failures) console.log(`${test}: ${error}`);
    console.log(summary(outcomes, nodeOnly, chromium.version));
    return { passed: outcomes.reduce((sum, one) => sum + one.passed, 0), failed: failures.length };
  } finally {
    await chromium.remove();
  }
}
