import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/**
 * For tests: answers as the REST documentation and the handlers of MLflow 2 and 3 say, keeps what it was told, and
 * refuses what they refuse. It is no MLflow: what nobody wrote down there is not known here either.
 */
export interface RecordedServer extends AsyncDisposable {
  uri: string;
  /** `POST runs/create` …, in their order. */
  requests: string[];
  experiments: Map<string, { id: string; stage: 'active' | 'deleted' }>;
  runs: Map<string, RecordedRun>;
  files: Map<string, Buffer>;
  models: Map<string, { versions: RecordedVersion[]; aliases: Map<string, string> }>;
  /** Answers for the next calls of a path, in its order; `effect` happens before the answer is lost. */
  faults: { path: string; status: number; body?: string; headers?: Record<string, string>; effect?: boolean }[];
}

export interface RecordedRun {
  experiment: string;
  name: string;
  status: string;
  startTime: number;
  endTime?: number;
  params: Map<string, string>;
  tags: Map<string, string>;
  metrics: { key: string; value: number; timestamp: number; step: number }[];
  inputs: string[];
}

export interface RecordedVersion {
  version: string;
  source: string;
  runId: string;
  tags: { key: string; value: string }[];
}

export interface RecordedOptions {
  /** `local` keeps artifacts in a folder of its own host, `off` has the proxy switched off. */
  artifacts?: 'proxy' | 'local' | 'off';
  /** Endpoints that came with later versions and are missing here. */
  without?: readonly string[];
  token?: string;
  prefix?: string;
}

const NAME = /^[/\w.\- :]*$/;
const name = z
  .string()
  .max(250)
  .refine((text) => NAME.test(text) && !/^\/|\/$|\/\/|(^|\/)\.\.?(\/|$)/.test(text), 'Invalid name');
const tag = z.strictObject({ key: name, value: z.string().max(5000) });
const param = z.strictObject({ key: name, value: z.string().max(6000) });
const metric = z.strictObject({
  key: name,
  value: z.number(),
  timestamp: z.int().nonnegative(),
  step: z.int(),
});
const alias = z.string().regex(/^(?!latest$)(?![vV]\d+$)[\w-]{1,255}$/i);

const bodies = {
  'experiments/create': z.strictObject({ name: z.string().min(1).max(500) }),
  'runs/search': z.strictObject({
    experiment_ids: z.array(z.string()).min(1),
    filter: z.string(),
    run_view_type: z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']),
    max_results: z.int().min(1).max(50_000),
    order_by: z.array(z.string()),
  }),
  'runs/create': z.strictObject({
    experiment_id: z.string(),
    run_name: z.string(),
    start_time: z.int(),
    tags: z.array(tag),
  }),
  'runs/log-batch': z
    .strictObject({
      run_id: z.string(),
      metrics: z.array(metric).max(1000),
      params: z.array(param).max(100),
      tags: z.array(tag).max(100),
    })
    .refine(({ metrics, params, tags }) => metrics.length + params.length + tags.length <= 1000, 'too many')
    .refine(({ params }) => new Set(params.map(({ key }) => key)).size === params.length, 'Duplicate parameter keys'),
  'runs/log-inputs': z.strictObject({
    run_id: z.string(),
    datasets: z.array(
      z.strictObject({
        tags: z.array(z.strictObject({ key: z.string().max(255), value: z.string().max(500) })),
        dataset: z.strictObject({
          name: z.string().max(500),
          digest: z.string().max(36),
          source_type: z.string(),
          source: z.string().max(65_535),
        }),
      }),
    ),
  }),
  'runs/set-tag': z.strictObject({ run_id: z.string(), key: name, value: z.string().max(5000) }),
  'runs/update': z.strictObject({
    run_id: z.string(),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']),
    end_time: z.int(),
  }),
  'registered-models/create': z.strictObject({ name: z.string().min(1), tags: z.array(tag) }),
  'registered-models/alias': z.strictObject({ name: z.string(), alias, version: z.string().regex(/^\d+$/) }),
  'model-versions/create': z.strictObject({
    name: z.string(),
    source: z.string(),
    run_id: z.string(),
    tags: z.array(tag),
    description: z.string().max(5000),
  }),
};

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export async function startRecordedServer(options: RecordedOptions = {}): Promise<RecordedServer> {
  const { artifacts = 'proxy', prefix = '', without = [] } = options;
  const state: Omit<RecordedServer, 'uri' | typeof Symbol.asyncDispose> = {
    requests: [],
    experiments: new Map(),
    runs: new Map(),
    files: new Map(),
    models: new Map(),
    faults: [],
  };
  const root = artifacts === 'local' ? 'file:///srv/mlruns' : 'mlflow-artifacts:';
  const runOf = (id: string): RecordedRun => found(state.runs.get(id), `Run with id=${id} not found`);
  const modelOf = (id: string) => found(state.models.get(id), `Registered Model with name=${id} not found`);
  const runAnswer = (id: string, { experiment, status, tags, metrics }: RecordedRun) => ({
    info: { run_id: id, status, artifact_uri: `${root}/${experiment}/${id}/artifacts`, lifecycle_stage: 'active' },
    data: {
      tags: [...tags].map(([key, value]) => ({ key, value })),
      // The latest of each: by step, then time.
      metrics: [...Map.groupBy(metrics, ({ key }) => key)].map(([, all]) =>
        all.toSorted((a, b) => a.step - b.step).at(-1)!,
      ),
    },
  });

  const answers: Record<string, (body: never, query: URLSearchParams) => unknown> = {
    'experiments/get-by-name': (_body, query) => {
      const wanted = query.get('experiment_name') ?? '';
      const { id, stage } = found(state.experiments.get(wanted), `Could not find experiment with name '${wanted}'`);
      return { experiment: { experiment_id: id, name: wanted, lifecycle_stage: stage } };
    },
    'experiments/create': (body: z.infer<(typeof bodies)['experiments/create']>) => {
      if (state.experiments.has(body.name)) throw exists(`Experiment '${body.name}' already exists.`);
      const id = String(state.experiments.size + 1);
      state.experiments.set(body.name, { id, stage: 'active' });
      return { experiment_id: id };
    },
    'runs/search': (body: z.infer<(typeof bodies)['runs/search']>) => {
      const [, key = '', value = ''] = found(/^tags\.`([^`]+)` = '([^']*)'$/.exec(body.filter), 'Invalid filter');
      const hits = [...state.runs].filter(
        ([, run]) => body.experiment_ids.includes(run.experiment) && run.tags.get(key) === value,
      );
      // Without hits the field is missing, as protobuf leaves empty lists out.
      return hits.length === 0 ? {} : { runs: hits.slice(0, body.max_results).map((hit) => runAnswer(...hit)) };
    },
    'runs/create': (body: z.infer<(typeof bodies)['runs/create']>) => {
      const id = (state.runs.size + 1).toString(16).padStart(32, '0');
      const run: RecordedRun = {
        experiment: body.experiment_id,
        name: body.run_name,
        status: 'RUNNING',
        startTime: body.start_time,
        params: new Map(),
        tags: new Map(body.tags.map(({ key, value }) => [key, value])),
        metrics: [],
        inputs: [],
      };
      state.runs.set(id, run);
      return { run: runAnswer(id, run) };
    },
    'runs/log-batch': (body: z.infer<(typeof bodies)['runs/log-batch']>) => {
      const run = runOf(body.run_id);
      for (const { key, value } of body.params) {
        const old = run.params.get(key);
        if (old !== undefined && old !== value) {
          throw invalid(`Changing param values is not allowed. Param with key='${key}' was already logged`);
        }
        run.params.set(key, value);
      }
      for (const { key, value } of body.tags) run.tags.set(key, value);
      run.metrics.push(...body.metrics);
      return {};
    },
    'runs/log-inputs': (body: z.infer<(typeof bodies)['runs/log-inputs']>) => {
      const { inputs } = runOf(body.run_id);
      for (const { dataset } of body.datasets) {
        const known = `${dataset.name}#${dataset.digest}`;
        if (!inputs.includes(known)) inputs.push(known);
      }
      return {};
    },
    'runs/set-tag': (body: z.infer<(typeof bodies)['runs/set-tag']>) => {
      runOf(body.run_id).tags.set(body.key, body.value);
      return {};
    },
    'runs/update': (body: z.infer<(typeof bodies)['runs/update']>) => {
      Object.assign(runOf(body.run_id), { status: body.status, endTime: body.end_time });
      return { run_info: { run_id: body.run_id, status: body.status } };
    },
    'registered-models/create': (body: z.infer<(typeof bodies)['registered-models/create']>) => {
      if (state.models.has(body.name)) throw exists(`Registered Model (name=${body.name}) already exists.`);
      state.models.set(body.name, { versions: [], aliases: new Map() });
      return { registered_model: { name: body.name } };
    },
    'registered-models/alias': (body: z.infer<(typeof bodies)['registered-models/alias']>) => {
      const { versions, aliases } = modelOf(body.name);
      found(
        versions.find(({ version }) => version === body.version),
        'Model Version not found',
      );
      aliases.set(body.alias, body.version);
      return {};
    },
    'model-versions/search': (_body, query) => {
      const [, wanted = ''] = found(/^name = '([^']*)'$/.exec(query.get('filter') ?? ''), 'Invalid filter');
      // Two a page, so that pages are met at all.
      const from = Number(query.get('page_token') ?? '0');
      const all = (state.models.get(wanted)?.versions ?? []).toReversed();
      return {
        model_versions: all.slice(from, from + 2),
        ...(from + 2 < all.length ? { next_page_token: String(from + 2) } : {}),
      };
    },
    'model-versions/create': (body: z.infer<(typeof bodies)['model-versions/create']>) => {
      const { versions } = modelOf(body.name);
      runOf(body.run_id);
      if (body.source.startsWith('file:') && !body.source.includes(`/${body.run_id}/artifacts`)) {
        throw invalid(`Invalid model version source: '${body.source}'`);
      }
      const version = String(versions.length + 1);
      versions.push({ version, source: body.source, runId: body.run_id, tags: body.tags });
      return { model_version: { ...body, version, status: 'READY' } };
    },
  };

  const respond = (method: string, path: string, query: URLSearchParams, bytes: Buffer): unknown => {
    const answer = without.includes(path) ? undefined : answers[path];
    if (answer === undefined) throw new Refusal(404, 'ENDPOINT_NOT_FOUND', `No route for ${path}`);
    const schema = bodies[path as keyof typeof bodies] as z.ZodType | undefined;
    if ((method === 'POST') !== (schema !== undefined)) throw new Refusal(405, 'BAD_REQUEST', 'Method Not Allowed');
    if (bytes.length > 1e6) throw invalid(`Batched logging API requests must be at most ${1e6} bytes`);
    if (schema === undefined) return answer(undefined as never, query);
    const parsed = schema.safeParse(JSON.parse(bytes.toString('utf8')));
    if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
    return answer(parsed.data as never, query);
  };

  const server = createServer((request, response) => {
    void (async () => {
      const bytes = await bodyOf(request);
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://recorded');
      const [, api = '', path = ''] =
        new RegExp(`^${prefix}/api/2.0/(mlflow(?:-artifacts)?)/(.*)$`).exec(pathname) ?? [];
      state.requests.push(`${request.method} ${path}`);
      const fault = state.faults.findIndex((one) => path.startsWith(one.path));
      const [planted] = fault === -1 ? [] : state.faults.splice(fault, 1);
      const say = sayOn(response);
      const plant = () => say(planted?.status ?? 500, planted?.body ?? '', planted?.headers);
      if (planted !== undefined && planted.effect !== true) return plant();
      try {
        if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
          return say(401, 'You are not authenticated.', { 'content-type': 'text/plain' });
        }
        if (api === 'mlflow-artifacts') {
          if (artifacts === 'off') {
            const text =
              'disabled due to the mlflow server running with `--no-serve-artifacts`. Use `--serve-artifacts`';
            return say(503, text, { 'content-type': 'text/html' });
          }
          state.files.set(decodeURIComponent(path.replace(/^artifacts\//, '')), bytes);
          return planted === undefined ? say(200, '{}') : plant();
        }
        const answer = JSON.stringify(respond(request.method ?? '', path, searchParams, bytes));
        return planted === undefined ? say(200, answer) : plant();
      } catch (error) {
        if (!(error instanceof Refusal)) return say(500, JSON.stringify({ error_code: 'INTERNAL_ERROR' }));
        return say(error.status, JSON.stringify({ error_code: error.code, message: error.message }));
      }
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...state,
    uri: `http://127.0.0.1:${port}${prefix}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sayOn(response: ServerResponse) {
  return (status: number, body: string, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function found<T>(value: T | undefined | null, message: string): T {
  if (value !== undefined && value !== null) return value;
  throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', message);
}

function exists(message: string): Refusal {
  return new Refusal(400, 'RESOURCE_ALREADY_EXISTS', message);
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'INVALID_PARAMETER_VALUE', message);
}
