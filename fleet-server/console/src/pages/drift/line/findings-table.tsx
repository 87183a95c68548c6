import { Stack, Text } from '@mantine/core';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { chance, counted, day, figure, percent } from '../../../parts/values/figures.ts';
import type { KeptFinding } from '../queries.ts';
import { kindName, KINDS, scopeName, sinceText, toneOf } from '../words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

/** Kinds whose subject is a feature that a page of its own shows. */
const OF_FEATURES: readonly KeptFinding['kind'][] = ['covariate', 'quality'];

export function FindingsTable({ line, findings }: { line: string; findings: readonly KeptFinding[] }) {
  return (
    <DataTable
      caption={`Findings on ${line}, the newest first`}
      minWidth={900}
      rows={findings}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'kind',
          title: 'Kind',
          cell: (one) => {
            const [tone, word] = toneOf(one);
            return (
              <Stack gap={2} align="flex-start">
                <Text size="sm" fw={600} title={KINDS[one.kind].means}>
                  {kindName(one)}
                </Text>
                <StateBadge tone={tone}>{word}</StateBadge>
              </Stack>
            );
          },
        },
        {
          key: 'what',
          title: 'What and where',
          isHeading: true,
          cell: (one) => (
            <>
              <Subject line={line} finding={one} /> in {scopeName(one.scope)}
              <Text size="sm">{one.sentence}</Text>
              {one.shares.length > 0 && (
                <Text size="xs" c="dimmed">
                  Brought by{' '}
                  {one.shares
                    .slice(0, 4)
                    .map(({ site, share }) => `${site} ${percent(share, 0)}`)
                    .join(', ')}
                </Text>
              )}
            </>
          ),
        },
        {
          key: 'since',
          title: 'Since (likely)',
          cell: (one) => (
            <Text size="sm" w={124}>
              {one.alarm ? sinceText(one) : `look of ${day(one.from)} … ${day(one.to)}`}
            </Text>
          ),
        },
        { key: 'effect', title: 'Effect', align: 'right', cell: ({ effect }) => figure(effect, 3) },
        { key: 'p', title: 'p', align: 'right', cell: ({ p }) => chance(p) },
        {
          key: 'sure',
          title: 'How sure',
          cell: (one) => (
            <>
              {one.sure}
              <Text size="xs" c="dimmed">
                {counted(one.devices, 'device')}, {counted(one.sites, 'site')}, {one.version}
              </Text>
            </>
          ),
        },
        { key: 'todo', title: 'What to do', cell: ({ todo }) => todo },
      ]}
    />
  );
}

function Subject({ line, finding }: { line: string; finding: KeptFinding }) {
  if (finding.subject === undefined) return <>{KINDS[finding.kind].word}</>;
  if (!OF_FEATURES.includes(finding.kind)) return <b>{finding.subject}</b>;
  return (
    <PageLink
      to="/drift/$line/$feature"
      params={{ line, feature: finding.subject }}
      search={{ version: finding.version }}
      size="sm"
      fw={600}
    >
      {finding.subject}
    </PageLink>
  );
}
