import type { DataFile } from '../files/data-file.ts';
import type { Censoring, Example, RejectedRow, SourceFinding, SplitRule } from '../dataset.ts';
import type { Feature } from '@plumbline/shared/manifest';
import type { TableRoles } from '../table/roles.ts';

/** What a reader makes of its files; `assemble` checks it and turns it into a Dataset. */
export interface DatasetDraft {
  features: Feature[];
  target: string;
  split: SplitRule;
  examples: Example[];
  rejected: RejectedRow[];
  /** One entry per fate of a row; together the rows of the files. */
  counts: Record<string, number>;
  /** Cells of kept rows that held no usable value and are missing, by reason. */
  missingValues: Record<string, number>;
  /** Columns of a table that are no features, and why. */
  ignoredColumns?: Record<string, string>;
  labelColumns?: string[];
  censoring?: Censoring;
  findings?: SourceFinding[];
}

/** Why a row is no example. */
export interface Unreadable {
  code: string;
  message: string;
}

/** One kind of input, recognised by its column names alone. */
export interface Reader {
  name: string;
  /** Rises with every change by which the same files give other rows. */
  version: number;
  /** 0 = not mine, 1 = certainly mine. */
  recognise(header: readonly string[]): number;
  /** Throws `DatasetError`. `roles` matter to readers of tables without a fixed meaning only. */
  read(files: readonly DataFile[], roles: TableRoles): DatasetDraft;
}

/** The share of `wanted` columns that the header has. */
export function shareOf(header: readonly string[], wanted: readonly string[]): number {
  return wanted.filter((name) => header.includes(name)).length / wanted.length;
}
