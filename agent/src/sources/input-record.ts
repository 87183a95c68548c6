import type { CodedError } from '@plumbline/shared/errors';
import { activityRecord, type ActivityRecord } from '@plumbline/shared/manifest';
import { z } from 'zod';
import { AgentError } from '../errors.ts';

/** A record as callers give it: `asOf` may be left out, a reference of their own may be added, and we derive ourselves. */
export const inputRecord = activityRecord.omit({ derived: true }).extend({
  asOf: z.number().int().optional(),
  ref: z.string().min(1).max(256).optional(),
});

/** One thing that was asked, by the place where it stands: a record, or why it is none. */
export type Asked =
  | { row: number; ref?: string; record: ActivityRecord }
  | { row: number; ref?: string; error: CodedError };

/** @param asOf where the record says nothing */
export function askedOf(value: unknown, row: number, asOf: number): Asked {
  const parsed = inputRecord.safeParse(value);
  if (!parsed.success) return { row, error: malformed(parsed.error.issues[0]) };
  const { ref, ...record } = parsed.data;
  return { row, ...(ref !== undefined && { ref }), record: { ...record, asOf: record.asOf ?? asOf } };
}

/** A record that stands there as JSON in UTF-8. */
export function askedOfJson(bytes: Uint8Array, row: number, asOf: number): Asked {
  try {
    return askedOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), row, asOf);
  } catch (cause) {
    const expected = 'one record as JSON in UTF-8';
    return { row, error: new AgentError('record_malformed', 'not JSON', { field: 'record', expected, cause }) };
  }
}

function malformed(issue: z.core.$ZodIssue | undefined): AgentError {
  const field = issue?.path.map(String).join('.') || 'record';
  const expected = issue?.message ?? 'a record';
  return new AgentError('record_malformed', `${field}: ${expected}`, { field, expected });
}
