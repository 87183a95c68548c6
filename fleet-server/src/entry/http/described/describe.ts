import type { App } from '../edge.ts';
import { OPERATION_IDS } from './operation-ids.ts';

const INFO = { openapi: '3.1.0', info: { title: 'Plumbline', version: '1' } } as const;
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** By the first word of the path, as the console groups its pages; a word that is missing is its own group. */
const TAGS: Readonly<Record<string, string>> = {
  access: 'access',
  'api-tokens': 'access',
  operators: 'access',
  session: 'access',
  setup: 'access',
  users: 'access',
  'ways-in': 'access',
  certificates: 'devices',
  enrol: 'devices',
  enrolments: 'devices',
  tokens: 'devices',
  selectors: 'groups',
  approvals: 'models',
  'approver-keys': 'models',
  lines: 'models',
  repository: 'models',
  'run-comparisons': 'runs',
  predictions: 'scoring',
  batch: 'scoring',
  'pipeline-runs': 'pipelines',
  automation: 'retraining',
  evidence: 'drift',
  freeze: 'rollouts',
  freezes: 'rollouts',
  unfreeze: 'rollouts',
  penalties: 'rollouts',
  rehearsals: 'rollouts',
  policies: 'rollouts',
  schemas: 'declared',
};

const IDEMPOTENCY_KEY = {
  name: 'idempotency-key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 255 },
  description: 'Told again with the same key and body within 24 h, the request is answered as before and done once.',
} as const;

type Document = ReturnType<App['getOpenAPI31Document']>;

/** The description of every route that there is by now, each with its id, a sentence and a tag. */
export function describeApi(app: App): Document {
  const document = app.getOpenAPI31Document(INFO);
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const id = OPERATION_IDS[`${method.toUpperCase()} ${path}`] ?? idOf(method, path);
      operation.operationId = id;
      operation.summary ??= summaryOf(id, descriptionOf(operation.responses));
      operation.tags ??= [tagOf(path)];
      if (method === 'post') operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY];
    }
  }
  return document;
}

/** Of a route that nobody has named yet: its method and every word of its path. */
function idOf(method: string, path: string): string {
  const words = path.replace('/api/v1/', '').split(/[^A-Za-z0-9]+/);
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

/** `List devices: a page by id.` */
function summaryOf(id: string, description: string): string {
  const words = id.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}${description === '' ? '' : `: ${description}`}.`;
}

function descriptionOf(responses: unknown): string {
  const [first] = Object.values((responses ?? {}) as Record<string, { description?: string }>);
  return first?.description ?? '';
}

function tagOf(path: string): string {
  const [word = ''] = path.replace('/api/v1/', '').split('/');
  return TAGS[word] ?? word;
}
