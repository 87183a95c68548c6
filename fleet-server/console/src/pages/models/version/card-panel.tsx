import { Button, Card, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Download } from 'lucide-react';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { download } from '../../../parts/tables/csv.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { percent } from '../../rollouts/words.ts';
import type { Card as ModelCard, ShownCard } from '../model-of.ts';
import { shortHash } from '../words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

/** What the model is for, made of, and not good for. */
export function CardPanel({ shown: { card, line, version, markdown, context } }: { shown: ShownCard }) {
  const { intendedUse, limits, gate, data, algorithm } = card;
  return (
    <Stack>
      <Card withBorder>
        <Title order={2}>What it answers</Title>
        <Text mb="xs">{card.title}</Text>
        <List size="sm">
          {intendedUse.map((use) => (
            <List.Item key={use}>{use}</List.Item>
          ))}
        </List>
        {gate !== null && (
          <Text size="sm" mt="sm" component="div">
            <StateBadge tone={gate.verdict === 'pass' ? 'good' : 'bad'}>
              {gate.verdict === 'pass' ? 'passed its gate' : 'its gate refuses it'}
            </StateBadge>{' '}
            {gate.sentences.join(' ')}
          </Text>
        )}
        <Button
          mt="sm"
          variant="default"
          size="compact-sm"
          leftSection={<Download size={14} aria-hidden />}
          onClick={() => download(`${line}-${version}-card.md`, markdown, 'text/markdown')}
        >
          The card as Markdown
        </Button>
      </Card>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card withBorder>
          <Title order={2} mb="xs">
            Data
          </Title>
          {data === null ? (
            <Text size="sm">Made elsewhere: nobody wrote down what it learned from.</Text>
          ) : (
            <DataOf data={data} />
          )}
        </Card>
        <Card withBorder>
          <Title order={2} mb="xs">
            Algorithm
          </Title>
          {algorithm === null ? (
            <Text size="sm">Made elsewhere.</Text>
          ) : (
            <Facts
              caption="Algorithm"
              facts={[
                ['Kind', algorithm.name],
                ['Parameters', wordsOf(algorithm.parameters)],
                ['Tried', `${algorithm.tried} configurations on ${algorithm.folds} folds, seed ${algorithm.seed}`],
                ['Calibration', algorithm.calibration],
                ...(card.days === undefined
                  ? []
                  : [['Answers', `delay days, by ${card.days.loss}`] as [string, string]]),
              ]}
            />
          )}
          {context.run !== undefined && (
            <Text size="sm" mt="xs">
              <PageLink to="/data/runs/$id" params={{ id: context.run }} size="sm">
                The run it came from
              </PageLink>
            </Text>
          )}
        </Card>
      </SimpleGrid>
      <Card withBorder>
        <Title order={2} mb="xs">
          Limits
        </Title>
        <List size="sm">
          {limits.map((limit) => (
            <List.Item key={limit}>{limit}</List.Item>
          ))}
        </List>
      </Card>
    </Stack>
  );
}

const day = (at: number | null) => (at === null ? 'unknown' : new Date(at).toISOString().slice(0, 10));

function DataOf({ data }: { data: NonNullable<ModelCard['data']> }) {
  const left = Object.entries(data.left).map(([why, rows]) => `${rows.toLocaleString('en')} ${why}`);
  return (
    <>
      <Facts
        caption="Data"
        facts={[
          ['Rows', `${data.rows.toLocaleString('en')}, ${data.heldOut.toLocaleString('en')} of them held out`],
          ['Label 1', `${data.target}: ${percent(data.baseRate)}`],
          ['From', `${day(data.from)} to ${day(data.to)} (UTC)`],
          ['Split by', data.split],
          ['Read by', data.reader],
          ['Left out', left.join(', ') || 'nothing'],
          ['Features', data.features.map(({ name }) => name).join(', ')],
        ]}
      />
      <PageLink to="/data/datasets/$name/$version" params={{ name: data.name, version: data.version }} size="sm">
        {data.name}@{shortHash(data.version)}
      </PageLink>
    </>
  );
}

function Facts({ caption, facts }: { caption: string; facts: [string, string][] }) {
  return (
    <DataTable
      caption={caption}
      rows={facts}
      keyOf={([name]) => name}
      columns={[
        { key: 'name', title: 'What', isHeading: true, cell: ([name]) => name },
        { key: 'value', title: 'As recorded', cell: ([, value]) => value },
      ]}
    />
  );
}

function wordsOf(parameters: Record<string, unknown>): string {
  const said = Object.entries(parameters).map(
    ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  return said.join(', ') || 'none';
}
