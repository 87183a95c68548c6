import type { CodedError } from '@plumbline/shared/errors';
import type { ActivityRecord } from '@plumbline/shared/manifest';

/** One row of what is to be scored, by where it stands: what the model is asked, or why there is nothing to ask. */
export type InputRow = { line: number; id?: string } & ({ record: ActivityRecord } | { error: CodedError });

/** What is read from a row besides the values of the model. */
export interface RowPlan {
  /** Column that says whose row it is; it comes back in the result. Without it `activity` or `id`, where there is one. */
  id?: string | undefined;
  /** Column with the moment the row is asked for; without it `asOf` or `as_of`, where there is one. */
  asOf?: string | undefined;
  /** Of rows that say nothing of it, ms. */
  asOfMs: number;
}

/** Rows, and what the file as a whole says of the model's columns. */
export interface RowSource {
  /** Columns of the model that the file lacks and the model can do without. */
  absent: string[];
  /** Whether rows may say whose they are. */
  named: boolean;
  rows: AsyncIterable<InputRow>;
  /** Gives up what stays open when nobody reads the rows to their end. */
  close?: () => Promise<void>;
}
