import { summary, type Dataset } from '../../../learning/datasets/index.ts';
import { recordRun } from '../../../learning/experiments/index.ts';
import { releaseModel, trainModel, type TrainedModel } from '../../../learning/pipelines/index.ts';
import type { Release } from '../../../learning/pipelines/index.ts';
import { planReplay, type ReplayPlan } from '../plan-replay.ts';
import { tellShrunk } from './shrunk.ts';
import type { Teller } from '../report.ts';
import type { Stage } from '../stage.ts';

/** Act 1: what came in, what was rejected and why. */
export function tellData(teller: Teller, dataset: Dataset, rule: string | undefined): void {
  const shown = summary(dataset);
  teller.heading('Data');
  const origin = shown.rowsIn === 0 ? 'rows invented by the generator' : `labelled rows of ${shown.rowsIn} read`;
  teller.line(`${dataset.reader}: ${shown.kept} ${origin}, version ${dataset.version.slice(0, 16)}`);
  teller.line(`label 1 = ${dataset.target}; ${(shown.overall.baseRate * 100).toFixed(1)} % of rows`);
  for (const [code, rows] of Object.entries(shown.rejected)) teller.line(`rejected ${rows}: ${code}`);
  teller.line(`features: ${dataset.features.map((feature) => feature.name).join(', ')}`);
  if (rule !== undefined) teller.line(`the first model learns from ${rule}`);
  Object.assign(teller.report.data, {
    name: dataset.name,
    reader: dataset.reader,
    version: dataset.version,
    rows: { read: shown.rowsIn, kept: shown.kept, rejected: shown.rejected },
    baseRate: shown.overall.baseRate,
    split: dataset.split,
  });
  teller.step('data', 'done');
}

/** Act 2: search, refit, and the gate's verdict. */
export async function tellTraining(teller: Teller, history: Dataset, seed: number): Promise<TrainedModel> {
  teller.heading('Training');
  const began = performance.now();
  const trained = await trainModel(history, { seed, workers: 2 });
  const { result, gate } = trained;
  teller.line(
    `${history.examples.length} rows, ${result.settings.folds} folds split by ${result.settings.split}, ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  teller.line('algorithm  parameters                                          AUC            Brier');
  for (const trial of result.table) {
    const parameters = JSON.stringify(trial.parameters).replaceAll('"', '');
    teller.line(
      `${trial.algorithm.padEnd(9)}  ${parameters.padEnd(48)}  ${plusMinus(trial.auc)}  ${plusMinus(trial.brier)}`,
    );
  }
  const chosen = result.table[result.chosen];
  teller.line(`chosen: ${result.algorithm}; folds: ${chosen?.folds.map((fold) => fold.auc.toFixed(3)).join(' ')} AUC`);
  teller.report.gate = {
    verdict: gate.verdict,
    reasons: gate.reasons.map(({ code, sentence }) => ({ code, sentence })),
  };
  const { figures } = gate;
  teller.line(
    `quality gate: ${gate.verdict} (out of fold AUC ${figures.auc.toFixed(3)}, Brier ${figures.brier.toFixed(3)} against ${figures.brierOfBaseRate.toFixed(3)} of the base rate)`,
  );
  for (const reason of gate.reasons) teller.line(`  ${reason.sentence}`);
  teller.step('training', 'done');
  return trained;
}

/** Act 3: shrink, seal, and wait for the second signature. */
export async function tellRelease(stage: Stage, trained: TrainedModel): Promise<Release> {
  const { teller } = stage;
  teller.heading('Shrink, seal, publish');
  const { fleet } = stage.server;
  const release = await releaseModel(fleet, 'user:operator', stage.line, trained);
  const result = { line: stage.line, version: release.version };
  const run = await recordRun(fleet, 'user:operator', trained, { experiment: stage.line, kind: 'train', result });
  tellShrunk(teller, release);
  const [best] = release.variants;
  teller.line(`${stage.line}@${release.version}, release counter ${release.counter}, bundle ${best?.archive}`);
  teller.line(`how it was made, with its drawings: plumbline runs show ${run.id}`);
  teller.line(`sealed by builder ${stage.server.fleet.desk.builder.keyId.slice(0, 16)} (development key)`);
  return release;
}

export function planOrSay(teller: Teller, dataset: Dataset): ReplayPlan | undefined {
  const plan = planReplay(dataset);
  if (plan === undefined) teller.line('the rows have no time of their own, so there is nothing to replay');
  return plan;
}

function plusMinus({ mean, sd }: { mean: number; sd: number }): string {
  return `${mean.toFixed(3)} ± ${sd.toFixed(3)}`;
}
