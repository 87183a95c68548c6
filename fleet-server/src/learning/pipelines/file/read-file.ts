import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { messageOf } from '@plumbline/shared/errors';
import { PipelineError } from '../errors.ts';
import { pipelineDocument, type PipelineDocument } from './spec.ts';

const MAX_FILE_CHARACTERS = 256 * 1024;
const MAX_ALIASES = 50;

/**
 * A pipeline from YAML or JSON.
 * @throws PipelineError `pipeline_malformed`, with the line or the path
 */
export function readPipelineFile(text: string): unknown {
  if (text.length > MAX_FILE_CHARACTERS) throw malformed('file', 'too large', `≤ ${MAX_FILE_CHARACTERS} characters`);
  const document = parseDocument(text, { uniqueKeys: true, stringKeys: true });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw malformed('file', fault.message.slice(0, 300), 'YAML or JSON, one document');
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (cause) {
    throw malformed('file', messageOf(cause), 'aliases that can be followed');
  }
}

/** @throws PipelineError `pipeline_malformed` naming the path of what is wrong first, with all of it in the message */
export function parsePipeline(written: unknown): PipelineDocument {
  const parsed = pipelineDocument.safeParse(written);
  if (parsed.success) return parsed.data;
  throw malformedBy(parsed.error, []);
}

/** @param at where what was looked at stands in the document */
export function malformedBy(error: z.ZodError, at: readonly (string | number)[]): PipelineError {
  const problems = error.issues.map(({ path, message }) => ({ field: [...at, ...path].join('.'), message }));
  return malformedAll(problems);
}

export function malformedAll(problems: readonly { field: string; message: string }[]): PipelineError {
  const [first] = problems;
  const all = problems.slice(0, 20).map(({ field, message }) => `${field}: ${message}`);
  const error = malformed(first?.field || 'document', all.join('\n'), first?.message ?? 'a pipeline');
  error.problems = problems;
  return error;
}

function malformed(field: string, message: string, expected: string): PipelineError {
  return new PipelineError('pipeline_malformed', message, { field, expected });
}
