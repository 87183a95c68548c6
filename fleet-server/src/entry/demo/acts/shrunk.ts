import type { Release } from '../../../learning/pipelines/index.ts';
import type { Teller } from '../report.ts';

/** The trial table of a release, and what is to lie in the slots: every variant with its payloads goes on the report. */
export function tellShrunk(teller: Teller, { version, variants, trials, declined }: Release): void {
  const width = Math.max(...trials.map(({ recipe }) => recipe.length));
  for (const { recipe, bytes, wire, agreement, maxDiff, verdict, reason, chosenFor } of trials) {
    const same = agreement === undefined ? 'no answer' : `${(100 * agreement).toFixed(1)} % agree`;
    const most = maxDiff === undefined ? '' : `, max diff ${maxDiff.toExponential(1)}`;
    const became = chosenFor.length > 0 ? `chosen for ${chosenFor.length} profiles` : verdict;
    const why = verdict === 'refuse' ? `: ${reason}` : '';
    teller.line(
      `  ${recipe.padEnd(width)} ${String(bytes).padStart(8)} bytes, brotli ${String(wire.brotli).padStart(7)}, ${same}${most}: ${became}${why}`,
    );
  }
  if (trials.length === 1) for (const why of declined) teller.line(`  ${why}`);
  for (const variant of variants) {
    const row = trials.find(({ recipe }) => recipe === variant.recipe);
    teller.report.variants.push({ version, ...variant, trial: row });
  }
}
