import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  dayReportOf,
  reportFiles,
  reportOf as drawReport,
  type ArtifactInput,
} from '../../../learning/experiments/index.ts';
import {
  isClassification,
  mappingOf,
  type TrainedDelayModel,
  type TrainedModel,
} from '../../../learning/pipelines/index.ts';
import { exportModel } from '../../../supply/onnx/index.ts';
import type { TrainingReport } from './training-report.ts';

/** The name is the fleet's to give: whoever imports the model may change it in the file. */
const LINE = 'delay';

/** Model, mapping, card, figures and drawings, in the order in which they are written. */
export async function filesOf(
  trained: TrainedModel | TrainedDelayModel,
  report: TrainingReport,
): Promise<ArtifactInput[]> {
  return [
    { name: 'model.onnx', mediaType: 'application/octet-stream', bytes: exportModel(trained.result.model) },
    text('mapping.yaml', 'application/yaml', stringify(mappingOf(LINE, trained))),
    text('figures.json', 'application/json', json(report)),
    ...reportFiles(isClassification(trained) ? await drawReport(trained) : await dayReportOf(trained)),
  ];
}

/** Each file appears whole or not at all. @returns their paths */
export async function writeFiles(folder: string, files: readonly ArtifactInput[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  for (const { name, bytes } of files) {
    const path = join(folder, name);
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
  }
  return files.map(({ name }) => join(folder, name));
}

export function text(name: string, mediaType: string, content: string): ArtifactInput {
  return { name, mediaType, bytes: new TextEncoder().encode(content) };
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
