import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { CodedError, messageOf } from '@plumbline/shared/errors';

/**
 * The plan in a file, as it is written; what it means the server says.
 * @throws CodedError `config_invalid` when it cannot be read, or is no YAML: with line and column
 */
export async function readPlan(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => refuse(`${file}: ${messageOf(cause)}`, cause));
  const document = parseDocument(text);
  const [broken] = document.errors;
  // The line it shows below its first one is the file's own.
  if (broken !== undefined) refuse(`${file}: ${broken.message.split('\n', 1)[0]}`, broken);
  return document.toJS();
}

function refuse(message: string, cause: unknown): never {
  throw new CodedError('config_invalid', message, {
    field: 'plan',
    expected: 'a plan of a rollout, in YAML or JSON',
    cause,
  });
}
