import type { components } from '../../api/schema.generated.ts';

type Schemas = components['schemas'];

export type Version = Schemas['ModelVersion'];
/** The description of the API cannot say that a named object may be null. */
export type Line = Omit<Schemas['ModelLine'], 'inForce'> & { inForce: Version | null };
export type Variant = Schemas['ModelVariant'];
export type Card = Schemas['ModelCard'];
export type ShownCard = Schemas['ShownCard'];
export type CardFigure = Schemas['CardFigure'];
export type FairnessSlice = Schemas['FairnessSlice'];
export type TrialRow = Schemas['TrialRow'];
export type Alias = Schemas['ModelAlias'];
export type Comparison = Schemas['VersionComparison'];
export type History = Schemas['ModelHistory'];
export interface Lineage {
  nodes: Schemas['LineageNode'][];
  edges: Schemas['LineageEdge'][];
}

/** The trial table of shrinking, which stands on the card; a version from before it has none. */
export function trialsOf({ card }: Version): TrialRow[] {
  const { trials } = card;
  return Array.isArray(trials) ? (trials as TrialRow[]) : [];
}

/** Why families of recipes had nothing for the model. */
export function declinedOf({ card }: Version): string[] {
  const { declined } = card;
  return Array.isArray(declined) ? (declined as string[]) : [];
}

/** How many rows the dataset had, where the card says so. */
export function datasetOf({ card }: Version): { name: string; version: string } | undefined {
  const { dataset } = card;
  if (typeof dataset !== 'object' || dataset === null) return undefined;
  const { name, version } = dataset as { name?: unknown; version?: unknown };
  return typeof name === 'string' && typeof version === 'string' ? { name, version } : undefined;
}
