import { listPredictions } from '../../../insight/telemetry/index.ts';
import type { Example } from '../../../learning/datasets/index.ts';
import { recordOf } from '../../../learning/pipelines/index.ts';
import { scoresOfVersion } from '../../../learning/retraining/index.ts';
import { brier, rocAuc } from '../../../learning/training/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import type { Stage } from '../stage.ts';

/**
 * ROC AUC and Brier per year of planned end: the first model left alone, against what the devices really said — the
 * last prediction made before the planned end, or the first one where none came in time.
 */
export async function measureQuality(stage: Stage, firstVersion: string): Promise<void> {
  const { fleet } = stage.server;
  const { db } = fleet.database;
  const said = await listPredictions(db, stage.line, { from: 0, to: Number.MAX_SAFE_INTEGER });
  const byActivity = Map.groupBy(said, (one) => one.activity ?? '');
  const scored: { example: Example; loop: number }[] = stage.plan.future.flatMap((example) => {
    const own = byActivity.get(example.ref) ?? [];
    const chosen = own.findLast((one) => one.asOf <= example.dueAt) ?? own[0];
    return chosen === undefined ? [] : [{ example, loop: chosen.score }];
  });
  const frozen = await scoresOfVersion(
    fleet,
    await getModel(db, stage.line, firstVersion),
    scored.map((one) => recordOf(one.example)),
  );
  const rows = scored.map((one, i) => ({
    ...one,
    frozen: frozen[i] ?? Number.NaN,
    year: new Date(one.example.dueAt).getUTCFullYear(),
  }));
  for (const [year, own] of [...Map.groupBy(rows, (row) => row.year)].toSorted(([a], [b]) => a - b)) {
    const labels = Uint8Array.from(own, (row) => row.example.label);
    if (new Set(labels).size < 2 || own.length < MINIMUM) continue;
    const figures = (scores: number[]) => ({
      auc: rocAuc(labels, Float64Array.from(scores)),
      brier: brier(labels, Float64Array.from(scores)),
    });
    stage.teller.report.quality.push({
      year,
      rows: own.length,
      frozen: figures(own.map((row) => row.frozen)),
      loop: figures(own.map((row) => row.loop)),
    });
  }
}

const MINIMUM = 20;

export function qualityTable(quality: Stage['teller']['report']['quality']): string[] {
  const head = 'year   rows   frozen AUC / Brier   loop AUC / Brier';
  return [
    head,
    ...quality.map(
      ({ year, rows, frozen, loop }) =>
        `${year}  ${String(rows).padStart(5)}        ${frozen.auc.toFixed(3)} / ${frozen.brier.toFixed(3)}      ${loop.auc.toFixed(3)} / ${loop.brier.toFixed(3)}`,
    ),
  ];
}
