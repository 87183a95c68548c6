import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { agent } from './agent.ts';
import { consolePages } from './console.ts';
import { cbpe } from './cbpe.ts';
import { deltas } from './deltas.ts';
import { drift } from './drift.ts';
import { driftLook } from './drift-look.ts';
import { fleet } from './fleet.ts';
import { ingest } from './ingest.ts';
import { loop } from './loop.ts';
import type { Figure, LoneFigure } from './measure/figure.ts';
import { lineOf } from './measure/table.ts';
import { predict } from './predict.ts';
import { rollouts } from './rollouts.ts';
import { shrink } from './shrink.ts';
import { tabletStart } from './tablet.ts';
import { train } from './train.ts';
import { training } from './training.ts';
import { trust } from './trust.ts';

/**
 * `npm run bench -- [NAME…] [--json FILE] [--releases N] [--agents N]`: our figures beside the limit that this machine reaches in the same run.
 * Nothing here is asserted: a missed budget is printed as missed, and the exit code stays 0.
 */
export interface BenchOptions {
  /** Good releases, and as many bad ones, of `rollouts`. */
  releases?: number;
  /** Of `fleet` and `drift-look`. */
  agents?: number;
}

const BENCHES: Record<string, (options: BenchOptions) => AsyncIterable<Figure | LoneFigure>> = {
  predict,
  ingest,
  train,
  training,
  trust,
  shrink,
  deltas,
  drift,
  cbpe,
  'drift-look': driftLook,
  loop,
  agent,
  rollouts,
  fleet,
  console: consolePages,
  tablet: tabletStart,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, releases: { type: 'string' }, agents: { type: 'string' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exitCode = 2;
} else {
  const { json, releases, agents } = values;
  await runBenches(names, json, {
    ...(releases && { releases: Number(releases) }),
    ...(agents && { agents: Number(agents) }),
  });
}

async function runBenches(wanted: readonly string[], json: string | undefined, options: BenchOptions): Promise<void> {
  const cores = cpus();
  const machine = `Node ${process.version}, ${process.platform}-${process.arch}, ${cores.length} × ${cores[0]?.model.trim() ?? 'unknown'}`;
  const at = new Date().toISOString();
  const figures: ({ bench: string } & (Figure | LoneFigure))[] = [];
  console.log(`${machine}. Medians of interleaved pairs; in brackets the 95 % interval of the median.`);
  for (const bench of wanted) {
    console.log(bench);
    for await (const figure of BENCHES[bench]?.(options) ?? []) {
      figures.push({ bench, ...figure });
      console.log(lineOf(figure));
    }
  }
  const missed = figures.filter((figure) => 'kept' in figure && figure.kept === false).length;
  console.log(`${figures.length} figures, ${missed} budgets missed`);
  if (json === undefined) return;
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify({ v: 1, at, machine, figures }, null, 2)}\n`);
}
