import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { reportOf as drawReport, writeReport } from '../../../learning/experiments/index.ts';
import { cardOf, mappingOf, type TrainedDelayModel, type TrainedModel } from '../../../learning/pipelines/index.ts';
import { exportModel } from '../../../supply/onnx/index.ts';
import type { TrainingReport } from './training-report.ts';

/** The name is the fleet's to give: whoever imports the model may change it in the file. */
const LINE = 'delay';

/** Writes model, mapping, card, figures and drawings; each file appears whole or not at all. Returns their paths. */
export async function writeTraining(
  folder: string,
  trained: TrainedModel | TrainedDelayModel,
  report: TrainingReport,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const names = ['model.onnx', 'mapping.yaml', 'figures.json'];
  await writeWhole(join(folder, 'model.onnx'), exportModel(trained.result.model));
  await writeWhole(join(folder, 'mapping.yaml'), stringify(mappingOf(LINE, trained)));
  await writeWhole(join(folder, 'figures.json'), text(report));
  // The drawings are of probabilities; a regression has its card alone.
  if ('recalibration' in trained.result) {
    names.push(...(await writeReport(folder, await drawReport(trained as TrainedModel))));
  } else {
    names.push('card.json');
    await writeWhole(join(folder, 'card.json'), text(cardOf(trained)));
  }
  return names.map((name) => join(folder, name));
}

async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}

function text(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
