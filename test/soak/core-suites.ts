import { startChromium } from '../harness/services/chromium.ts';
import { required } from '../harness/services/index.ts';
import { runSuites, summary } from '../runtimes/core-suites/run-suites.ts';
import { selectAll } from '../runtimes/core-suites/select-suites.ts';

/** It takes minutes. */
const SOAK_MS = 1_200_000;

/** Every suite of the agent's core and of `shared` in headless Chromium, also those that take minutes. */
export async function run(): Promise<{ passed: number; failed: number }> {
  const { suites, nodeOnly } = await selectAll();
  const chromium = required(await startChromium());
  try {
    const page = await chromium.newPage();
    const outcomes = await runSuites({ open: (url) => page.goto(url) }, suites, { withinMs: SOAK_MS });
    const failures = outcomes.flatMap((one) => one.failures);
    for (const { test, error } of failures) console.log(`${test}: ${error}`);
    console.log(summary(outcomes, nodeOnly, `Chromium ${chromium.version}`));
    return { passed: outcomes.reduce((sum, one) => sum + one.passed, 0), failed: failures.length };
  } finally {
    await chromium.remove();
  }
}
