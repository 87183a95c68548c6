import { Code, Group, Text } from '@mantine/core';
import { Tight } from '../../parts/values/tight.tsx';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { StateBadge } from '../../parts/values/badge.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';
import { DataTable } from '../../parts/tables/data-table.tsx';
import { useServerNow } from '../../api/server-clock.ts';
import { findingsQuery, policiesQuery, standingQuery, type KeptFinding } from './queries.ts';
import type { Line as ModelLine } from '../models/model-of.ts';
import { linesQuery } from '../models/model-queries.ts';
import { VerdictBadges } from './verdict-badges.tsx';
import { verdictOf } from './verdict.ts';
import { kindName } from './words.ts';
import { PageLink } from '../../parts/address/links.tsx';

/** Every line with what stands on it. */
export function LinesTable() {
  const asked = useQuery({ ...linesQuery, select: newestOf });
  return (
    <Section title="Lines" about="A finding stands for as long as each look finds it again.">
      <Loaded asked={asked}>
        {(lines) =>
          lines.length === 0 ? (
            <EmptyState icon={Activity} title="No model yet">
              Drift is measured against the data a model was trained on. Train one with{' '}
              <Code>plumbline train DATASET --line LINE</Code>, or import an ONNX file on the page Models.
            </EmptyState>
          ) : (
            <Lines lines={lines} />
          )
        }
      </Loaded>
    </Section>
  );
}

interface Line {
  line: string;
  version: string;
}

function Lines({ lines }: { lines: Line[] }) {
  const now = useServerNow();
  const standing = useQueries({ queries: lines.map(({ line }) => standingQuery(line)) });
  const concept = useQueries({ queries: lines.map(({ line }) => findingsQuery(line, { kind: 'concept' }, 1)) });
  const { data: policies } = useQuery(policiesQuery);
  const rows = lines.map((one, at) => ({
    ...one,
    findings: standing[at]?.data,
    error: standing[at]?.error ?? null,
    asked: concept[at]?.data?.[0],
  }));
  return (
    <DataTable
      caption="Lines with their standing findings"
      minWidth={760}
      rows={rows}
      keyOf={({ line }) => line}
      columns={[
        {
          key: 'line',
          title: 'Line',
          cell: ({ line, version }) => (
            <>
              <PageLink to="/drift/$line" params={{ line }} size="sm" fw={600}>
                {line}
              </PageLink>
              <Text size="xs" c="dimmed">
                newest published {version}
              </Text>
            </>
          ),
        },
        {
          key: 'verdict',
          title: 'Verdict',
          cell: ({ findings, asked, error }) =>
            findings === undefined ? (
              <NotKnown error={error} />
            ) : (
              <VerdictBadges verdict={verdictOf(findings, asked)} />
            ),
        },
        {
          key: 'standing',
          title: 'Standing findings',
          cell: ({ findings }) => (findings === undefined ? '…' : <ByKind findings={findings} />),
        },
        {
          key: 'since',
          title: 'Since',
          cell: ({ findings }) =>
            findings === undefined || findings.length === 0 ? (
              '–'
            ) : (
              <Tight>
                <Ago at={Math.min(...findings.map(({ begunAt }) => begunAt))} now={now} />
              </Tight>
            ),
        },
        {
          key: 'policy',
          title: 'Retraining',
          cell: ({ line }) =>
            policies === undefined ? '…' : (policies.find((one) => one.line === line)?.spec.mode ?? 'no policy'),
        },
      ]}
    />
  );
}

/** What could not be asked is no good news. */
function NotKnown({ error }: { error: Error | null }) {
  return error === null ? <>…</> : <StateBadge tone="unknown">{`not known: ${error.message}`}</StateBadge>;
}

function ByKind({ findings }: { findings: readonly KeptFinding[] }) {
  if (findings.length === 0) return <Text size="sm">none</Text>;
  return (
    <Group gap={6}>
      {[...Map.groupBy(findings, kindName)].map(([kind, own]) => (
        <StateBadge key={kind} tone="warning">{`${own.length} × ${kind}`}</StateBadge>
      ))}
    </Group>
  );
}

/** Each with the newest that is published, or that there is. */
function newestOf(lines: readonly ModelLine[]): Line[] {
  return lines.map(({ line, inForce, newest }) => ({ line, version: (inForce ?? newest).version }));
}
