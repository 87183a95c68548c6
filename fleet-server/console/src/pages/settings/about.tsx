import { Anchor, List, SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import { readProblem } from '../../api/problem.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { DocsLink } from '../../parts/page/page.tsx';
import { clock } from '../../parts/values/time.tsx';
import { Facts } from '../../parts/values/facts.tsx';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';

const API_DESCRIPTION = '/api/v1/openapi.json';

/** By what they answer; each is a page that this server serves. */
const DOCS: readonly [group: string, pages: readonly [page: string, title: string][]][] = [
  [
    'The fleet',
    [
      ['lifecycle', 'The life of a device, and of a site'],
      ['gateway', 'A gateway on site'],
      ['groups', 'Groups, selectors, tags and standing releases'],
      ['outbox', 'Outbox and link'],
      ['declared', 'The fleet as files'],
    ],
  ],
  [
    'Rollouts',
    [
      ['rollouts', 'Rollouts'],
      ['gates', 'Gates of a rollout'],
      ['rehearsal', 'Rehearsing a rollout'],
      ['update', 'The update of a model on a device'],
    ],
  ],
  [
    'Models and data',
    [
      ['datasets', 'Datasets'],
      ['training', 'Training'],
      ['experiments', 'Experiments and the registry'],
      ['shrinking', 'Shrinking'],
      ['pipelines', 'Pipelines'],
      ['scoring', 'Scoring without a device'],
    ],
  ],
  [
    'Drift',
    [
      ['drift', 'Drift'],
      ['retraining', 'Retraining'],
      ['reasons', 'Reasons of a prediction'],
    ],
  ],
  [
    'Trust',
    [
      ['access', 'Who may do what'],
      ['trust', 'Signatures and approvals'],
      ['keys', 'Keys'],
      ['threat-model', 'What is defended, and what is not'],
    ],
  ],
  [
    'Other programs',
    [
      ['api', 'The API of the server'],
      ['events', 'Events, webhooks and alerts'],
      ['local-api', 'Local API of a gateway'],
      ['wire', 'Between device and server'],
    ],
  ],
];

/** What runs here, how programs speak to it, and where it is explained. */
export function About() {
  const health = useQuery({ queryKey: ['health'], queryFn: () => answered(api.GET('/api/v1/health')) });
  const described = useQuery({
    queryKey: ['openapi'],
    queryFn: readVersion,
    staleTime: Infinity,
    refetchInterval: false,
  });
  return (
    <Stack>
      <Section title="This server">
        <Loaded asked={health} heightPx={64}>
          {({ now, development }) => (
            <Facts
              facts={[
                ['Version of its API', described.data?.version ?? '–'],
                ['Operations of it', described.data?.operations ?? '–'],
                ['Its clock', clock(now)],
                [
                  'Kind',
                  <StateBadge key="kind" tone={development ? 'warning' : 'good'}>
                    {development ? 'development: not for sites' : 'production'}
                  </StateBadge>,
                ],
              ]}
            />
          )}
        </Loaded>
        <List size="sm" listStyleType="none" spacing={4}>
          <List.Item>
            <Anchor href={API_DESCRIPTION} target="_blank" rel="noreferrer" size="sm" underline="always">
              Description of the API (OpenAPI, JSON)
            </Anchor>
            : everything these pages do, programs may do with a token.
          </List.Item>
          <List.Item>
            <DocsLink page="api">The API in words</DocsLink>
          </List.Item>
        </List>
      </Section>
      <Section title="How things work" about="Served by this server: it needs no other network.">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          {DOCS.map(([group, pages]) => (
            <nav key={group} aria-label={group}>
              <b>{group}</b>
              <List listStyleType="none" spacing={2} mt={4}>
                {pages.map(([page, title]) => (
                  <List.Item key={page}>
                    <DocsLink page={page}>{title}</DocsLink>
                  </List.Item>
                ))}
              </List>
            </nav>
          ))}
        </SimpleGrid>
      </Section>
    </Stack>
  );
}

async function readVersion(): Promise<{ version: string; operations: number }> {
  const response = await fetch(API_DESCRIPTION);
  if (!response.ok) throw readProblem(response.status, undefined);
  const { info, paths } = (await response.json()) as { info: { version: string }; paths: Record<string, object> };
  const operations = Object.values(paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
  return { version: info.version, operations };
}
