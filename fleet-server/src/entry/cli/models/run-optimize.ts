import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { resolveProfile } from '@plumbline/firmware-profiles';
import { rocAuc } from '../../../learning/training/index.ts';
import { inspectModel } from '../../../supply/onnx/index.ts';
import {
  encodeForWire,
  loadSampleFiles,
  optimizeFile,
  parseMapping,
  readSamples,
  WIRE_CODECS,
  type FileSubject,
  type Metric,
  type OptimizedFile,
  type SampleSet,
} from '../../../supply/models/index.ts';
import type { OptimizeFlags } from './optimize.ts';
import { openWorkbench, type Workbench } from '../../../workbench.ts';
import type { Global } from '../connection.ts';
import { print } from '../output.ts';
import { readModelFile } from './read-model-file.ts';
import { showOptimized } from './show-optimized.ts';

const VERSION = /^([a-z0-9][a-z0-9._-]*)@(\d+\.\d+\.\d+)$/;
/** What a payload of a codec is called beside the `.onnx`. */
const SUFFIXES = { brotli: 'br', deflate: 'deflate', none: undefined } as const;

/** Searches for the right bytes and tells what was found. */
export async function runOptimize(model: string, flags: OptimizeFlags, global: Global): Promise<void> {
  const profile = resolveProfile(flags.profile);
  await using bench = openWorkbench();
  const subject = await subjectOf(bench, model, flags, global.state);
  const samples = await samplesOf(subject, flags);
  const optimized = await optimizeFile(bench, subject, {
    profile,
    ...(samples && { samples }),
    ...(samples?.labels && { metric: metricOf(samples) }),
    seed: flags.seed,
    onProgress: (sentence) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${sentence} …`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const files = flags.out === undefined ? [] : await writeAll(flags.out, optimized, profile.codecs);
  const { passing: _passing, ...report } = optimized;
  print({ ...report, files }, global.json, () => showOptimized(report, files));
  // A model that no device of the profile may have was asked for in vain.
  if (optimized.outcome === 'refused') process.exitCode = 4;
}

async function subjectOf(bench: Workbench, model: string, flags: OptimizeFlags, state: string): Promise<FileSubject> {
  const [, line, version] = VERSION.exec(model) ?? [];
  if (line !== undefined && version !== undefined && !existsSync(model)) return bench.readModel(state, line, version);
  const bytes = await readModelFile(model);
  if (flags.mapping === undefined) return { name: basename(model), bytes };
  const { output, inputs } = parseMapping(parse(await readFile(flags.mapping, 'utf8')));
  return { name: basename(model), bytes, output, inputs };
}

async function samplesOf(
  { bytes, inputs }: FileSubject,
  { samples, label }: OptimizeFlags,
): Promise<SampleSet | undefined> {
  if (samples.length === 0) return undefined;
  const view = inspectModel(bytes);
  return readSamples(await loadSampleFiles(samples), view.inputs, {
    outputs: view.outputs,
    ...(inputs && { mapping: inputs }),
    ...(label !== undefined && { label }),
  });
}

/** Two labels: how well the score tells them apart. More: how often the class is right, in order of the labels. */
function metricOf({ labels = [] }: SampleSet): Metric {
  const known = [...new Set<string>(labels.flat())].toSorted((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  const at = (label: string) => known.indexOf(label);
  if (known.length === 2) {
    return {
      name: 'ROC AUC',
      of: (scores, _classes, truth) => rocAuc(Uint8Array.from(truth, at), scores),
      higherIsBetter: true,
    };
  }
  return {
    name: 'accuracy',
    of: (_scores, classes, truth) => truth.filter((label, row) => at(label) === classes[row]).length / truth.length,
    higherIsBetter: true,
  };
}

async function writeAll(folder: string, { passing }: OptimizedFile, codecs: readonly string[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const { recipe, bytes } of passing) {
    const encoded = await encodeForWire(bytes);
    const plain = join(folder, `${recipe}.onnx`);
    await writeFile(plain, bytes);
    written.push(plain);
    for (const codec of WIRE_CODECS) {
      const suffix = SUFFIXES[codec];
      if (suffix === undefined || !codecs.includes(codec)) continue;
      await writeFile(`${plain}.${suffix}`, encoded[codec]);
      written.push(`${plain}.${suffix}`);
    }
  }
  return written;
}
