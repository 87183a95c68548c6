import { Card, Group, List, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { StateBadge, type Tone } from '../../parts/values/badge.tsx';
import type { OverviewOf } from './overview-of.ts';
import { PageLink, type PagePath } from '../../parts/address/links.tsx';

interface Task {
  key: string;
  tone: Tone;
  word: string;
  what: ReactNode;
}

/** Everything that waits for a person, the most urgent first. */
export function NeedsYou({ overview }: { overview: OverviewOf }) {
  const tasks = tasksOf(overview);
  return (
    <Card withBorder>
      <Title order={2} mb="sm">
        What needs you
      </Title>
      {tasks.length === 0 ? (
        <Group gap="xs">
          <StateBadge tone="good">nothing</StateBadge>
          <Text size="sm" c="dimmed">
            Nobody is waited for.
          </Text>
        </Group>
      ) : (
        <List listStyleType="none" spacing={6}>
          {tasks.map(({ key, tone, word, what }) => (
            <List.Item key={key}>
              <Group gap="xs" wrap="nowrap" align="flex-start">
                <StateBadge tone={tone}>{word}</StateBadge>
                <Text size="sm" component="div">
                  {what}
                </Text>
              </Group>
            </List.Item>
          ))}
        </List>
      )}
    </Card>
  );
}

function tasksOf({ alerts, rollouts, approvals, devices, automationStop }: OverviewOf): Task[] {
  const asking = rollouts.filter(({ asks }) => asks);
  return [
    ...(alerts.bySeverity.critical > 0
      ? [
          task(
            'critical',
            'bad',
            'alerts',
            <To to="/alerts">{count(alerts.bySeverity.critical, 'critical alert')} open</To>,
          ),
        ]
      : []),
    ...asking.map(({ id, line, version, stageName }) =>
      task(
        id,
        'warning',
        'rollout',
        <PageLink to="/rollouts/$id" params={{ id }}>
          {line}@{version} asks a person{stageName === null ? '' : ` in stage ${stageName}`}
        </PageLink>,
      ),
    ),
    ...approvals.models.map(({ line, version, kind }) =>
      task(
        `${line}@${version ?? kind}`,
        'waiting',
        'approval',
        <To to="/models">
          {version === null ? `the metadata of ${line}` : `${line}@${version}`} awaits its second signature
        </To>,
      ),
    ),
    ...(devices.toApprove > 0
      ? [
          task(
            'enrol',
            'waiting',
            'enrolment',
            <To to="/devices/enrol">{count(devices.toApprove, 'device')} to let in</To>,
          ),
        ]
      : []),
    ...(alerts.unacknowledged > 0
      ? [
          task(
            'alerts',
            'warning',
            'alerts',
            <To to="/alerts">{count(alerts.unacknowledged, 'alert')} nobody has taken</To>,
          ),
        ]
      : []),
    ...(automationStop === null
      ? []
      : [
          task(
            'stop',
            'stopped',
            'automation',
            <To to="/drift">retraining is switched off: {automationStop.reason}</To>,
          ),
        ]),
  ];
}

function task(key: string, tone: Tone, word: string, what: ReactNode): Task {
  return { key, tone, word, what };
}

function To({ to, children }: { to: PagePath; children: ReactNode }) {
  return <PageLink to={to}>{children}</PageLink>;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
