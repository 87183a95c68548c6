import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { BY_PAGES, cursorIn } from '../../api/by-pages.ts';
import { answered, api } from '../../api/client.ts';
import type { Line } from './model-of.ts';

/** Every line with its newest version and the one in force. */
export const linesQuery = queryOptions({
  queryKey: ['models', 'lines'],
  queryFn: async () => (await answered(api.GET('/api/v1/lines'))).lines as Line[],
});

const PAGE = 100;

/** Versions of a line, the newest first. @param state those that are in it; all without */
export const versionsQuery = (line: string, state?: 'published') =>
  infiniteQueryOptions({
    queryKey: ['models', 'versions', line, state],
    queryFn: ({ pageParam }) => {
      const query = { line, limit: PAGE, ...(state !== undefined && { state }), ...cursorIn(pageParam) };
      return answered(api.GET('/api/v1/models', { params: { query } }));
    },
    ...BY_PAGES,
    select: ({ pages }) => pages.flatMap(({ models }) => models),
  });

export const versionQuery = (line: string, version: string) =>
  queryOptions({
    queryKey: ['models', 'one', line, version],
    queryFn: () => answered(api.GET('/api/v1/models/{line}/{version}', { params: { path: { line, version } } })),
  });

export const cardQuery = (line: string, version: string) =>
  queryOptions({
    queryKey: ['models', 'card', line, version],
    queryFn: () => answered(api.GET('/api/v1/models/{line}/{version}/card', { params: { path: { line, version } } })),
  });

export const lineageQuery = (line: string, version: string) =>
  queryOptions({
    queryKey: ['models', 'lineage', line, version],
    queryFn: () =>
      answered(api.GET('/api/v1/models/{line}/{version}/lineage', { params: { path: { line, version } } })),
  });

export const aliasesQuery = (line: string) =>
  queryOptions({
    queryKey: ['models', 'aliases', line],
    queryFn: () => answered(api.GET('/api/v1/lines/{line}/aliases', { params: { path: { line } } })),
  });

export const approvalsQuery = queryOptions({
  queryKey: ['models', 'approvals'],
  queryFn: () => answered(api.GET('/api/v1/approvals')),
});

/** How many devices run a version: a page of one row counts them all. Old when a rollout moves. */
export const runningQuery = (line: string, version: string) =>
  queryOptions({
    queryKey: ['rollouts', 'running', line, version],
    queryFn: async () => {
      const { total, counts } = await answered(
        api.GET('/api/v1/devices', { params: { query: { line, version, limit: 1 } } }),
      );
      return { total, offline: counts.offline };
    },
  });

export const historyQuery = (line: string, at: number | undefined, site: string | undefined) =>
  queryOptions({
    queryKey: ['models', 'history', line, at, site],
    queryFn: () =>
      answered(
        api.GET('/api/v1/lines/{line}/history', {
          params: { path: { line }, query: { ...(at !== undefined && { at }), ...(site !== undefined && { site }) } },
        }),
      ),
    refetchInterval: false,
  });

export const comparisonQuery = (line: string, a: string, b: string) =>
  queryOptions({
    queryKey: ['models', 'comparison', line, a, b],
    queryFn: () =>
      answered(api.GET('/api/v1/lines/{line}/comparison', { params: { path: { line }, query: { a, b } } })),
  });
