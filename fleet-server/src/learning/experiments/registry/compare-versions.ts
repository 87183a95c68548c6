import type { Feature, GraphInput } from '@plumbline/shared/manifest';
import { featuresOf } from '@plumbline/shared/manifest';
import { and, eq, modelVersions, type ReadDb } from '../../../platform/db/index.ts';
import { getModel, ModelError, type VersionSummary } from '../../../supply/models/index.ts';
import { listRuns } from '../runs/list.ts';
import type { Figure, ModelCard } from '../card/card.ts';

export interface VersionComparison {
  line: string;
  versions: [string, string];
  algorithm: [string, string];
  inputs: {
    added: string[];
    removed: string[];
    /** What of a feature is not the same any more. */
    changed: { feature: string; what: string; values: [unknown, unknown] }[];
  };
  data: [DataShort | null, DataShort | null];
  /** Figures of both cards; they pair only where both were measured on the same data. */
  metrics: { metric: string; values: [Figure | null, Figure | null] }[];
  /** Bytes of the archive, by encoding. */
  sizes: { variant: string; archiveBytes: [number | null, number | null] }[];
  runs: [string | null, string | null];
  /** What the reader should know before reading the figures. */
  remarks: string[];
}

interface DataShort {
  name: string;
  version: string;
  rows: number | null;
}

/** Two versions of a line side by side. @throws ModelError `model_unknown` */
export async function compareVersions(db: ReadDb, line: string, a: string, b: string): Promise<VersionComparison> {
  const pair = [await getModel(db, line, a), await getModel(db, line, b)] as const;
  const inputs = [await inputsOf(db, line, a), await inputsOf(db, line, b)] as const;
  const cards = pair.map(({ card }) => card['modelCard'] as ModelCard | undefined);
  const data: VersionComparison['data'] = [dataOf(pair[0]), dataOf(pair[1])];
  const names = [...new Set(cards.flatMap((card) => Object.keys(card?.crossValidated ?? {})))];
  const runs = [await runOf(db, line, a), await runOf(db, line, b)] as const;
  return {
    line,
    versions: [a, b],
    algorithm: [pair[0].algorithm, pair[1].algorithm],
    inputs: differences(featuresOf({ inputs: inputs[0] }), featuresOf({ inputs: inputs[1] })),
    data,
    metrics: names.map((metric) => ({
      metric,
      values: [cards[0]?.crossValidated[metric] ?? null, cards[1]?.crossValidated[metric] ?? null],
    })),
    sizes: sizesOf(pair[0], pair[1]),
    runs: [...runs],
    remarks: remarksOf(data, cards),
  };
}

async function inputsOf(db: ReadDb, line: string, version: string): Promise<GraphInput[]> {
  const [row] = await db
    .select({ subject: modelVersions.subject })
    .from(modelVersions)
    .where(and(eq(modelVersions.line, line), eq(modelVersions.version, version)));
  if (row === undefined)
    throw new ModelError('model_unknown', `no model ${line}@${version}`, { kind: 'not-found', field: 'version' });
  // Written by `submitForApproval`.
  return (JSON.parse(row.subject) as { inputs: GraphInput[] }).inputs;
}

async function runOf(db: ReadDb, line: string, version: string): Promise<string | null> {
  const { runs } = await listRuns(db, { line, version, limit: 1, archived: true });
  return runs[0]?.id ?? null;
}

function differences(before: readonly Feature[], after: readonly Feature[]): VersionComparison['inputs'] {
  const [of, to] = [new Map(before.map((one) => [one.name, one])), new Map(after.map((one) => [one.name, one]))];
  const changed = after.flatMap((feature) => {
    const earlier = of.get(feature.name);
    if (earlier === undefined) return [];
    const keys = [...new Set([...Object.keys(earlier), ...Object.keys(feature)])] as (keyof Feature)[];
    return keys
      .filter((key) => JSON.stringify(earlier[key]) !== JSON.stringify(feature[key]))
      .map((key) => ({
        feature: feature.name,
        what: key,
        values: [earlier[key] ?? null, feature[key] ?? null] as [unknown, unknown],
      }));
  });
  return {
    added: after.filter(({ name }) => !of.has(name)).map(({ name }) => name),
    removed: before.filter(({ name }) => !to.has(name)).map(({ name }) => name),
    changed,
  };
}

function dataOf({ card }: VersionSummary): DataShort | null {
  const dataset = card['dataset'] as { name: string; version: string; summary?: { kept?: number } } | undefined;
  return dataset === undefined
    ? null
    : { name: dataset.name, version: dataset.version, rows: dataset.summary?.kept ?? null };
}

function sizesOf(a: VersionSummary, b: VersionSummary): VersionComparison['sizes'] {
  const names = [...new Set([...a.variants, ...b.variants].map(({ variant }) => variant))].toSorted();
  return names.map((variant) => ({ variant, archiveBytes: [bytesOf(a, variant), bytesOf(b, variant)] }));
}

function bytesOf({ variants }: VersionSummary, name: string): number | null {
  return variants.find(({ variant }) => variant === name)?.archiveBytes ?? null;
}

function remarksOf([a, b]: VersionComparison['data'], cards: readonly (ModelCard | undefined)[]): string[] {
  if (cards.some((card) => card === undefined))
    return ['One of them has no card with figures: it was imported, or is from before there were cards.'];
  if (a?.version === b?.version) return [];
  return [
    'They were measured on different data: a better figure may be an easier cohort. `retrain` compares on the same rows.',
  ];
}
