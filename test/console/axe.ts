import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

interface Violation {
  id: string;
  impact: 'minor' | 'moderate' | 'serious' | 'critical' | null;
  nodes: { target: string[]; failureSummary?: string }[];
}

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe-core finds that keeps somebody from using a page: one line for each rule and place.
 * @param within a selector, for a part of it
 */
export async function seriousFindings(page: Page, within = 'html'): Promise<string[]> {
  // Not by a script tag: the page's own policy refuses scripts that are not its own, as it should.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(await source);
  // Only what it finds: the places where a rule holds are many, and nobody asks for them.
  const { violations } = (await page.evaluate(
    `axe.run(${JSON.stringify(within)}, { resultTypes: ['violations'] })`,
  )) as {
    violations: Violation[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) => `${id} at ${target.join(' ')}: ${failureSummary.replaceAll(/\s+/g, ' ')}`,
      ),
    );
}
