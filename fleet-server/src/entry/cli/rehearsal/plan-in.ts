import { CodedError } from '@plumbline/shared/errors';
import { parseAllDocuments } from 'yaml';

/**
 * The plan in a file: a plan as it stands, or the first document of kind `Rollout` among those of `plumbline apply`.
 * @throws CodedError `config_invalid` with line and column
 */
export function planIn(text: string, file: string): Record<string, unknown> {
  const documents = parseAllDocuments(text);
  for (const { errors } of documents) {
    const [broken] = errors;
    if (broken !== undefined) throw unreadable(`${file}: ${broken.message.split('\n', 1)[0]}`);
  }
  const values: unknown[] = documents.map((document) => document.toJS());
  const objects = values.filter(isObject);
  const declared = objects.find((value) => value['kind'] === 'Rollout');
  if (declared !== undefined && isObject(declared['spec'])) {
    const { start: _, ...plan } = declared['spec'];
    return plan;
  }
  const [plan] = objects;
  if (plan === undefined || 'kind' in plan) throw unreadable(`${file}: no rollout in it`);
  return plan;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(message: string): CodedError {
  return new CodedError('config_invalid', message, { field: 'file', expected: 'a plan of a rollout, in YAML or JSON' });
}
