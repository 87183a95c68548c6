import { problem } from '@plumbline/shared/api';
import { z } from 'zod';
import { inputRecord } from '../../sources/input-record.ts';
import { AGENT_VERSION } from '../version.ts';
import { deferBody } from './defer.ts';
import { siteLogQuery } from '../lan/nearby-routes.ts';
import { predictBody, predictQuery } from './predict.ts';
import { entriesBody, entryBody } from '../site-log/entries.ts';
import { outcomeBody, outcomesBody } from '../site-log/outcomes.ts';

/** Loaded by the first request for it: the agent itself needs none of this. */
export function openApiDocument(servers: readonly string[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Local API of a Plumbline agent',
      version: AGENT_VERSION,
      description:
        'Predictions, outcomes and the state of this gateway. Every refusal is a problem document (RFC 9457).',
    },
    servers: servers.map((url) => ({ url })),
    security: [{}, { token: [] }],
    paths: Object.fromEntries(
      ROUTES.map(({ path, method, ...route }) => [path, { [method]: operationOf(path, route) }]),
    ),
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'On the site network only; on loopback none is asked for.',
        },
      },
      schemas: { Problem: schemaOf(problem) },
    },
  };
}

interface Operation {
  summary: string;
  query?: z.ZodType;
  body?: { type: string; schema: z.ZodType };
  answer: { type: string; schema?: z.ZodType };
}

type Route = Operation & { path: string; method: 'get' | 'post' };

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
const object = z.looseObject({});
const prediction = z.looseObject({
  activity: z.string().optional(),
  line: z.string(),
  version: z.string(),
  sha256: z.string(),
  asOf: z.number().int(),
  at: z.number().int(),
  score: z.number(),
  label: z.string().optional(),
});
const answer = z.looseObject({
  row: z.number().int(),
  ref: z.string().optional(),
  score: z.number().optional(),
  error: z.looseObject({ code: z.string(), field: z.string().optional(), detail: z.string() }).optional(),
});
const status = z.object({ status: z.string() });
const recorded = z.union([z.object({ entry: object }), z.object({ results: z.array(object) })]);

const ROUTES: readonly Route[] = [
  {
    path: '/v1/predict',
    method: 'post',
    summary: 'Predict one record or many',
    query: predictQuery,
    body: { type: JSON_TYPE, schema: z.union([predictBody, inputRecord]) },
    answer: { type: JSON_TYPE, schema: z.object({ predictions: z.array(prediction) }) },
  },
  {
    path: '/v1/predict/batch',
    method: 'post',
    summary: 'Predict a stream of records, a line each, answered in order while they come',
    query: predictQuery,
    body: { type: NDJSON, schema: inputRecord },
    answer: { type: NDJSON, schema: answer },
  },
  {
    path: '/v1/outcomes',
    method: 'post',
    summary: 'Record what happened; the same ref again answers the same entry',
    body: { type: JSON_TYPE, schema: z.union([outcomesBody, outcomeBody]) },
    answer: { type: JSON_TYPE, schema: recorded },
  },
  {
    path: '/v1/entries',
    method: 'post',
    summary: 'Record progress, a note with its photo, or whether a prediction helped; a ref as in /v1/outcomes',
    body: { type: JSON_TYPE, schema: z.union([entriesBody, entryBody]) },
    answer: { type: JSON_TYPE, schema: recorded },
  },
  {
    path: '/v1/defer',
    method: 'post',
    summary: 'No install before then; 0 takes it back',
    body: { type: JSON_TYPE, schema: deferBody },
    answer: { type: JSON_TYPE, schema: z.object({ deferral: object.nullable() }) },
  },
  {
    path: '/v1/bundles/{sha256}',
    method: 'get',
    summary: 'For other devices of the site: the archive of an installed model by its hash; 202 while it is fetched',
    answer: { type: 'application/octet-stream' },
  },
  {
    path: '/v1/site-log',
    method: 'get',
    summary: 'For other devices of the site: the log of the site, from where the last page ended',
    query: siteLogQuery,
    answer: { type: JSON_TYPE, schema: z.object({ entries: z.array(object), next: z.string(), more: z.boolean() }) },
  },
  {
    path: '/v1/activities',
    method: 'get',
    summary: 'Activities of the site with their predictions, what matters most first',
    answer: { type: JSON_TYPE, schema: z.object({ activities: z.array(object) }) },
  },
  {
    path: '/v1/activities/{id}',
    method: 'get',
    summary: 'One activity',
    answer: { type: JSON_TYPE, schema: object },
  },
  { path: '/v1/state', method: 'get', summary: 'Everything the agent knows of itself', answer: { type: JSON_TYPE } },
  {
    path: '/v1/health',
    method: 'get',
    summary: 'Who it is and how it is; without a token on the site network only that it runs',
    answer: { type: JSON_TYPE, schema: status.loose() },
  },
  { path: '/v1/health/live', method: 'get', summary: 'It runs', answer: { type: JSON_TYPE, schema: status } },
  {
    path: '/v1/health/ready',
    method: 'get',
    summary: 'A model answers predictions, else 503',
    answer: { type: JSON_TYPE, schema: status },
  },
  { path: '/v1/events', method: 'get', summary: 'Server-sent events', answer: { type: 'text/event-stream' } },
  { path: '/v1/openapi.json', method: 'get', summary: 'This document', answer: { type: JSON_TYPE } },
  { path: '/metrics', method: 'get', summary: 'Prometheus metrics', answer: { type: 'text/plain' } },
];

function operationOf(path: string, { summary, query, body, answer: said }: Operation): object {
  const parameters = [...placesOf(path), ...(query ? parametersOf(query) : [])];
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { [body.type]: { schema: schemaOf(body.schema) } } } }),
    responses: {
      200: { description: 'OK', content: { [said.type]: said.schema ? { schema: schemaOf(said.schema) } : {} } },
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

/** What stands in braces in a path. */
function placesOf(path: string): object[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function parametersOf(query: z.ZodType): object[] {
  const { properties = {} } = schemaOf(query);
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function schemaOf(schema: z.ZodType) {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
