import { startChromium } from '../harness/services/chromium.ts';
import { required } from '../harness/services/index.ts';
import { checkPorts, EVERY_PORT, tightTab } from '../browser/ports/check-ports.ts';

/** Every port of a tablet in a worker of Chromium, its trials of hostile models too, which take half a minute. */
export async function run(): Promise<{ passed: number; failed: number }> {
  const chromium = required(await startChromium());
  try {
    const outcomes = await checkPorts(await tightTab(chromium), EVERY_PORT);
    const failures = outcomes.flatMap((one) => one.failures);
    for (const { test, error } of failures) console.log(`${test}: ${error}`);
    for (const { suite, passed, durationMs } of outcomes) console.log(`${suite}: ${passed} passed in ${durationMs} ms`);
    return { passed: outcomes.reduce((sum, one) => sum + one.passed, 0), failed: failures.length };
  } finally {
    await chromium.remove();
  }
}
