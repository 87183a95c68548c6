import { z } from 'zod';
import { name } from '@plumbline/shared/trust';

/** In the order in which they are applied: what comes later may name what comes before. */
export const KINDS = ['Site', 'Policy', 'Group', 'Rollout', 'Pipeline'] as const;
export type KindName = (typeof KINDS)[number];

export const MAX_DOCUMENTS = 1000;

/** One thing the fleet shall have, as a file says it. */
export const declaredDocument = z.strictObject({
  kind: z.enum(KINDS).describe('What it is.'),
  name: name.describe('By which everything else refers to it; unique within its kind.'),
  spec: z
    .record(z.string(), z.unknown())
    .describe('What it shall be; the schema of its kind says what may stand here.'),
});

export type DeclaredDocument = z.infer<typeof declaredDocument>;

/** Where something stands in a document: keys of objects and places in lists. */
export type Path = readonly (string | number)[];

/** Something that is wrong, so that nothing is applied. */
export interface DeclaredProblem {
  code: string;
  /** Which of the documents that were given, from 0; absent: a file as a whole. */
  document?: number | undefined;
  path: Path;
  /** The same for people: `spec.stages.0.size.percent`. */
  field: string;
  message: string;
  expected?: string | undefined;
}

/** One value that is or would be different. What is absent was not there, or will not be. */
export interface FieldChange {
  field: string;
  from?: unknown;
  to?: unknown;
}

export interface DeclaredChange {
  document: number;
  kind: KindName;
  name: string;
  action: 'create' | 'change' | 'unchanged';
  fields: FieldChange[];
}

/** What applying these documents does, or would do. */
export interface DeclaredAnswer {
  /** In the order of the work; empty where there are problems. */
  changes: DeclaredChange[];
  problems: DeclaredProblem[];
  /** False for a trial, and where something is wrong. */
  isApplied: boolean;
}
