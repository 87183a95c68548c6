import { ScoringError } from '../errors.ts';

/** Which version of a line: one by its number, what an alias points to, or the newest that is published. */
export interface ModelReference {
  line: string;
  version?: string;
  alias?: string;
}

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
const VERSION = /^\d+\.\d+\.\d+$/;

/** `NAME`, `NAME@1.2.0` or `NAME@alias`. @throws ScoringError `model_reference` */
export function parseReference(text: string, field = 'model'): ModelReference {
  const [line = '', which, ...rest] = text.split('@');
  const known = which === undefined || VERSION.test(which) || NAME.test(which);
  if (rest.length > 0 || !NAME.test(line) || !known) {
    throw new ScoringError('model_reference', `${field}: ${JSON.stringify(text)} names no model`, {
      field,
      expected: 'NAME, NAME@VERSION or NAME@ALIAS',
    });
  }
  if (which === undefined) return { line };
  return VERSION.test(which) ? { line, version: which } : { line, alias: which };
}
