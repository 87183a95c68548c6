import { Box, Card, Group, List, Skeleton, Stack, Switch, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { lineageQuery, runningQuery } from '../model-queries.ts';
import { KIND_WORDS, placed, withDevices, withoutPredecessors, type Graph } from './lineage-layout.ts';
import { LineageDrawing } from './lineage-drawing.tsx';
import { PageLink } from '../../../parts/address/links.tsx';

/** From files to devices: drawn, and as a list that says the same. */
export function LineagePanel({ line, version }: { line: string; version: string }) {
  const [isWhole, setWhole] = useState(false);
  const { data, error, refetch } = useQuery(lineageQuery(line, version));
  const running = useQuery(runningQuery(line, version));
  if (error !== null) return <ProblemView problem={error} again={refetch} />;
  if (data === undefined) return <Skeleton height={360} />;
  const graph = withDevices(isWhole ? data : withoutPredecessors(data, version), version, running.data?.total);
  const columns = placed(graph);
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2}>Where it comes from, and where it went</Title>
        <Switch
          label="With what its predecessors are made of"
          checked={isWhole}
          onChange={(event) => setWhole(event.currentTarget.checked)}
        />
      </Group>
      <Box role="region" aria-label="Drawing of the lineage" tabIndex={0} style={{ overflowX: 'auto' }}>
        <LineageDrawing columns={columns} edges={graph.edges} chosen={`version:${version}`} />
      </Box>
      <Stack gap="xs" mt="md">
        <Title order={3}>The same as a list</Title>
        {columns.map(({ kind, nodes }) => (
          <div key={kind}>
            <Text size="sm" fw={600}>
              {KIND_WORDS[kind]}
            </Text>
            <List size="sm">
              {nodes.map((node) => (
                <List.Item key={node.id}>
                  <NodeLink node={node} line={line} version={version} />
                  {node.at === null ? '' : `, ${new Date(node.at).toISOString().slice(0, 10)}`}
                  {leadsTo(graph, node.id)}
                </List.Item>
              ))}
            </List>
          </div>
        ))}
      </Stack>
    </Card>
  );
}

function leadsTo({ nodes, edges }: Graph, id: string): string {
  const titles = new Map(nodes.map((node) => [node.id, node.title]));
  const out = edges.filter(({ from }) => from === id);
  return out.length === 0 ? '' : ` → ${out.map(({ to, what }) => `${what} ${titles.get(to) ?? to}`).join('; ')}`;
}

function NodeLink({
  node,
  line,
  version,
}: {
  node: { id: string; kind: string; title: string };
  line: string;
  version: string;
}) {
  const name = node.id.slice(node.id.indexOf(':') + 1);
  if (node.kind === 'version') {
    return (
      <PageLink to="/models/$line/$version" params={{ line, version: name }} size="sm" underline="always">
        {node.title}
      </PageLink>
    );
  }
  if (node.kind === 'rollout') {
    return (
      <PageLink to="/rollouts/$id" params={{ id: name }} size="sm" underline="always">
        {node.title}
      </PageLink>
    );
  }
  if (node.kind === 'run') {
    return (
      <PageLink to="/data/runs/$id" params={{ id: name }} size="sm" underline="always">
        {node.title}
      </PageLink>
    );
  }
  if (node.kind === 'dataset') {
    return (
      <PageLink
        to="/data/datasets/$name/$version"
        params={{ name: node.title.split('@')[0] ?? node.title, version: name }}
        size="sm"
        underline="always"
      >
        {node.title}
      </PageLink>
    );
  }
  if (node.kind === 'devices') {
    return (
      <PageLink to="/devices" search={{ version }} size="sm" underline="always">
        {node.title}
      </PageLink>
    );
  }
  return <>{node.title}</>;
}
