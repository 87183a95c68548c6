import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { BY_PAGES, cursorIn } from '../../api/by-pages.ts';
import { answered, api } from '../../api/client.ts';
import type { components } from '../../api/schema.generated.ts';
import { given } from '../../parts/address/given.ts';

type Schemas = components['schemas'];
export type DatasetHead = Schemas['DatasetHead'];
export type DatasetView = Schemas['Dataset'];
export type ColumnQuality = Omit<Schemas['ColumnQuality'], 'quantiles'> & { quantiles?: readonly number[] };
export type QualityReport = Omit<Schemas['QualityReport'], 'columns'> & { columns: ColumnQuality[] };
export type RunView = Schemas['Run'];
export type RunDetails = Schemas['RunDetails'];
export type PipelineView = Schemas['PipelineDetails'];
export type PipelineRunView = Schemas['PipelineRun'];
/** The description of the API cannot say that a named object may be null. */
export type StepAttempt = Omit<Schemas['StepAttempt'], 'error'> & { error: Schemas['StepError'] | null };
export type BatchJob = Schemas['BatchJob'];

/** A version never changes: what was read of it stays true. */
const ROWS_OF_PAGE = 50;
const FOREVER = { staleTime: Number.POSITIVE_INFINITY, refetchInterval: false } as const;

/** Versions, the newest first. @param name of this dataset; of all without */
export const datasetsQuery = (name?: string) =>
  infiniteQueryOptions({
    queryKey: ['datasets', 'list', name],
    queryFn: ({ pageParam }) => {
      const query = { ...given({ name }), limit: ROWS_OF_PAGE, ...cursorIn(pageParam) };
      return answered(api.GET('/api/v1/datasets', { params: { query } }));
    },
    ...BY_PAGES,
  });

export interface OfDataset {
  name: string;
  version: string;
}

export const datasetQuery = (path: OfDataset) =>
  queryOptions({
    queryKey: ['datasets', 'one', path.name, path.version],
    queryFn: () => answered(api.GET('/api/v1/datasets/{name}/{version}', { params: { path } })),
  });

export const qualityQuery = (path: OfDataset) =>
  queryOptions({
    queryKey: ['dataset-quality', path.name, path.version],
    queryFn: () => answered(api.GET('/api/v1/datasets/{name}/{version}/quality', { params: { path } })),
    ...FOREVER,
  });

export const rowsQuery = (path: OfDataset, offset: number, limit: number) =>
  queryOptions({
    queryKey: ['dataset-rows', path.name, path.version, offset, limit],
    queryFn: () =>
      answered(api.GET('/api/v1/datasets/{name}/{version}/rows', { params: { path, query: { offset, limit } } })),
    ...FOREVER,
  });

export const diffQuery = (path: OfDataset, to: string) =>
  queryOptions({
    queryKey: ['dataset-diff', path.name, path.version, to],
    queryFn: () => answered(api.GET('/api/v1/datasets/{name}/{version}/diff', { params: { path, query: { to } } })),
    ...FOREVER,
  });

export interface RunFilter {
  experiment?: string | undefined;
  kind?: RunView['kind'] | undefined;
  state?: RunView['state'] | undefined;
  dataset?: string | undefined;
  line?: string | undefined;
  /** Those that were put away, too. */
  archived?: boolean | undefined;
}

export const runsQuery = ({ archived = false, ...filter }: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['runs', 'list', filter, archived],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/runs', {
          params: {
            query: given({
              ...filter,
              limit: ROWS_OF_PAGE,
              cursor: pageParam === '' ? undefined : pageParam,
              archived: archived ? 'true' : undefined,
            }),
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: () => answered(api.GET('/api/v1/runs/{id}', { params: { path: { id } } })),
  });

export const comparisonQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['runs', 'comparison', ids],
    queryFn: () => answered(api.GET('/api/v1/run-comparisons', { params: { query: { runs: ids.join(',') } } })),
  });

export const pipelinesQuery = queryOptions({
  queryKey: ['pipelines', 'list'],
  queryFn: async () => (await answered(api.GET('/api/v1/pipelines'))).pipelines,
});

export const pipelineQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipelines', 'one', name],
    queryFn: () => answered(api.GET('/api/v1/pipelines/{name}', { params: { path: { name } } })),
  });

export const pipelineRunQuery = (run: string) =>
  queryOptions({
    queryKey: ['pipelines', 'run', run],
    queryFn: async () => {
      const found = await answered(api.GET('/api/v1/pipeline-runs/{run}', { params: { path: { run } } }));
      return { run: found.run, attempts: found.attempts as StepAttempt[] };
    },
  });

export const jobsQuery = queryOptions({
  queryKey: ['batch', 'list'],
  queryFn: async () => (await answered(api.GET('/api/v1/batch'))).jobs,
});

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['batch', 'one', id],
    queryFn: () => answered(api.GET('/api/v1/batch/{id}', { params: { path: { id } } })),
  });
