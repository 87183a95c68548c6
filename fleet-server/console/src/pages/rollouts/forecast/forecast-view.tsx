import { Card, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { StateBadge, type Tone } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import type { Forecast } from '../rollout-of.ts';
import { countOf, figure, sizeOf } from '../words.ts';
import { ForecastStages } from './forecast-stages.tsx';

const TONES: Record<Forecast['warnings'][number]['level'], Tone> = {
  refused: 'bad',
  holds: 'warning',
  blind: 'warning',
  budget: 'warning',
  late: 'waiting',
  'left-out': 'waiting',
  note: 'quiet',
};

/** What a rollout would mean if it started now: nothing of it is certain, all of it is from what is known. */
export function ForecastView({ forecast }: { forecast: Forecast }) {
  const { warnings, fit, bytes, stages, parts } = forecast;
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Figure label="Devices it fits" value={fit.fits.toLocaleString('en')} more={chosenWord(fit)} />
        <Figure
          label="Left out"
          value={fit.unfit.reduce((sum, { count }) => sum + count, 0).toLocaleString('en')}
          more={fit.notReached === 0 ? 'nothing fits them' : `and ${fit.notReached} that no stage takes`}
        />
        <Figure
          label="Over their links"
          value={sizeOf(bytes.total)}
          more={`${sizeOf(bytes.model)} of it the model, to ${countOf(bytes.devices, 'device')}`}
        />
        <Figure
          label="Cost of the links"
          value={bytes.devices > bytes.unpriced.devices ? figure(bytes.cost, 4) : 'unknown'}
          more={
            bytes.unpriced.devices === 0
              ? 'by the price of each site'
              : `no price is known for ${countOf(bytes.unpriced.devices, 'device')}`
          }
        />
      </SimpleGrid>
      <Card withBorder>
        <Title order={2} mb="xs">
          What to know before
        </Title>
        {warnings.length === 0 && parts.length === 0 ? (
          <Text size="sm">
            <StateBadge tone="good">nothing</StateBadge> Every stage can pass by itself, and every gate can stop it.
          </Text>
        ) : (
          <DataTable
            caption="Warnings of the forecast, the worst first"
            rows={[
              ...warnings,
              ...parts.map(({ sentence }) => ({ level: 'note' as const, stage: undefined, sentence })),
            ]}
            keyOf={({ level, stage, sentence }) => `${level}/${stage ?? ''}/${sentence}`}
            columns={[
              {
                key: 'level',
                title: 'What',
                cell: ({ level }) => <StateBadge tone={TONES[level]}>{level}</StateBadge>,
              },
              { key: 'stage', title: 'Stage', cell: ({ stage }) => stage ?? 'all' },
              { key: 'why', title: 'Why', cell: ({ sentence }) => <Text size="sm">{sentence}</Text> },
            ]}
          />
        )}
      </Card>
      <ForecastStages stages={stages} />
      {fit.unfit.length > 0 && (
        <Card withBorder>
          <Title order={2} mb="xs">
            Left out
          </Title>
          <DataTable
            caption="Devices that no variant fits, by profile and reason"
            rows={fit.unfit}
            keyOf={({ profile, reason }) => `${profile}/${reason}`}
            columns={[
              { key: 'profile', title: 'Profile', isHeading: true, cell: ({ profile }) => profile },
              { key: 'count', title: 'Devices', align: 'right', cell: ({ count }) => count.toLocaleString('en') },
              { key: 'reason', title: 'Why', cell: ({ reason }) => reason },
              { key: 'devices', title: 'Such as', cell: ({ devices }) => devices.slice(0, 3).join(', ') },
            ]}
          />
        </Card>
      )}
      {bytes.over.length > 0 && (
        <Card withBorder>
          <Title order={2} mb="xs">
            More than their links may carry this month
          </Title>
          <List size="sm">
            {bytes.over.slice(0, 20).map(({ device, site, usedBytes, limitBytes, needsBytes }) => (
              <List.Item key={device}>
                {device} on {site}: needs {sizeOf(needsBytes)}, has used {sizeOf(usedBytes)} of {sizeOf(limitBytes)}
              </List.Item>
            ))}
          </List>
          {bytes.over.length > 20 && <Text size="sm">and {bytes.over.length - 20} more</Text>}
        </Card>
      )}
    </Stack>
  );
}

function chosenWord({ chosen }: Forecast['fit']): string {
  return chosen
    .map(
      ({ variant, codec, payloadBytes, devices }) => `${devices} get ${variant} as ${codec}, ${sizeOf(payloadBytes)}`,
    )
    .join('; ');
}

function Figure({ label, value, more }: { label: string; value: string; more: string }) {
  return (
    <Card withBorder padding="sm">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fz={22} fw={700} className="tabular">
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {more}
      </Text>
    </Card>
  );
}
