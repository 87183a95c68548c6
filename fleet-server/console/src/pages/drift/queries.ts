import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { BY_PAGES, cursorIn } from '../../api/by-pages.ts';
import { answered, api } from '../../api/client.ts';
import type { components } from '../../api/schema.generated.ts';
import { given } from '../../parts/address/given.ts';

type Schemas = components['schemas'];
export type KeptFinding = Schemas['KeptFinding'];
export type FindingKind = KeptFinding['kind'];
export type DriftReport = Omit<Schemas['DriftReport'], 'score'> & { score: Schemas['DriftHistogram'] | null };
export type DriftPeriod = Schemas['DriftPeriod'];
export type DriftHistogram = Schemas['DriftHistogram'];
export type RetrainTurn = Schemas['RetrainTurn'];
export type RetrainPolicy = Schemas['RetrainPolicy'];
export type DataHold = Schemas['DataHold'];

/** Of one answer, and of one list; older ones are left to the command line. */
const PAGE = 500;
const MOST = 1000;
/** Of a list that goes on when it is asked to. */
const ROWS = 50;

export interface FindingFilter {
  version?: string | undefined;
  kind?: FindingKind | undefined;
  alarm?: 'true' | 'false' | undefined;
  standing?: 'true' | 'false' | undefined;
}

/** Newest first. */
export const findingsQuery = (line: string, filter: FindingFilter = {}, limit = MOST) =>
  queryOptions({
    queryKey: ['drift', 'findings', line, filter, limit],
    queryFn: () => newest(line, filter, limit),
  });

async function newest(line: string, filter: FindingFilter, limit: number): Promise<KeptFinding[]> {
  const found: KeptFinding[] = [];
  let cursor: string | undefined;
  do {
    const query = given({ ...filter, limit: Math.min(PAGE, limit - found.length), cursor });
    const page = await answered(api.GET('/api/v1/drift/{line}/findings', { params: { path: { line }, query } }));
    found.push(...page.findings);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && found.length < limit);
  return found;
}

export const standingQuery = (line: string) => findingsQuery(line, { standing: 'true' });

/** Of a version, or of the one that counted last. */
export const reportQuery = (line: string, version: string | undefined) =>
  queryOptions({
    queryKey: ['drift', 'report', line, version],
    queryFn: async () =>
      (await answered(
        api.GET('/api/v1/drift/{line}/report', {
          params: { path: { line }, query: given({ version, days: REPORT_DAYS }) },
        }),
      )) as DriftReport,
  });
/** As far back as the server keeps counts. */
export const REPORT_DAYS = 1100;

export const siteWindowsQuery = (line: string, version: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['drift', 'windows', line, version, from, to],
    queryFn: async () =>
      (
        await answered(
          api.GET('/api/v1/drift/{line}/windows', {
            params: { path: { line }, query: { version, by: 'site', from, to, whole: 'true' } },
          }),
        )
      ).windows,
  });

export const holdsQuery = (line: string) =>
  queryOptions({
    queryKey: ['drift', 'holds', line],
    queryFn: async () => (await answered(api.GET('/api/v1/drift/{line}/holds', { params: { path: { line } } }))).holds,
  });

export const refusalsQuery = (line?: string) =>
  infiniteQueryOptions({
    queryKey: ['drift', 'refusals', line],
    queryFn: ({ pageParam }) => {
      const query = { ...given({ line }), limit: ROWS, ...cursorIn(pageParam) };
      return answered(api.GET('/api/v1/evidence/refusals', { params: { query } }));
    },
    ...BY_PAGES,
    select: ({ pages }) => pages.flatMap(({ refusals }) => refusals),
  });

export const policiesQuery = queryOptions({
  queryKey: ['retraining', 'policies'],
  queryFn: async () => (await answered(api.GET('/api/v1/retraining/policies'))).policies,
});

export const turnsQuery = (line?: string) =>
  infiniteQueryOptions({
    queryKey: ['retraining', 'turns', line],
    queryFn: ({ pageParam }) => {
      const query = { ...given({ line }), limit: ROWS, ...cursorIn(pageParam) };
      return answered(api.GET('/api/v1/retraining/turns', { params: { query } }));
    },
    ...BY_PAGES,
    select: ({ pages }) => pages.flatMap(({ turns }) => turns),
  });

export const turnQuery = (turn: string) =>
  queryOptions({
    queryKey: ['retraining', 'turn', turn],
    queryFn: () => answered(api.GET('/api/v1/retraining/turns/{turn}', { params: { path: { turn } } })),
  });

export const automationQuery = queryOptions({
  queryKey: ['retraining', 'automation'],
  queryFn: async () => (await answered(api.GET('/api/v1/automation'))).stop,
});
