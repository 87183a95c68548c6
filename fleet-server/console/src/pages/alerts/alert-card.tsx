import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { Bell, BellOff, Check } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../../api/session.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { Ago, clock } from '../../parts/values/time.tsx';
import { AcknowledgeDialog, MuteDialog } from './acts.tsx';
import type { ShownAlert } from './alert-of.ts';
import { SubjectLink } from './subject-link.tsx';
import { kindWords, SEVERITY_TONES, todoOf } from './words.ts';

/** One alert: what, where, since when, how often, and what to do. @param zone of its site */
export function AlertCard({ alert, now, zone }: { alert: ShownAlert; now: number; zone: string | undefined }) {
  const mayWrite = useMay('alerts:write');
  const [act, setAct] = useState<'take' | 'mute'>();
  const { kind, severity, sentence, subject, raisedAt, lastAt, count, acknowledged, muted, clearedAt } = alert;
  const isOpen = clearedAt === undefined;
  return (
    <Card withBorder padding="sm" component="article" aria-label={sentence}>
      <Group justify="space-between" align="flex-start" wrap="wrap" gap="xs">
        <Stack gap={4} style={{ flex: '1 1 28rem', minWidth: 0 }}>
          <Group gap="xs">
            <StateBadge tone={isOpen ? SEVERITY_TONES[severity] : 'quiet'}>{severity}</StateBadge>
            <Text fw={600} size="sm">
              {kindWords(kind)}
            </Text>
            {!isOpen && <StateBadge tone="good">cleared</StateBadge>}
            {acknowledged !== undefined && (
              <StateBadge
                tone="busy"
                title={clock(acknowledged.at, zone)}
              >{`taken by ${nameOf(acknowledged.by)}`}</StateBadge>
            )}
            {muted !== undefined && (
              <StateBadge tone="quiet" title={muted.reason}>{`muted until ${clock(muted.until, zone)}`}</StateBadge>
            )}
          </Group>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {sentence}
          </Text>
          {isOpen && (
            <Text size="sm" c="dimmed">
              What to do: {todoOf(alert)}
            </Text>
          )}
          {acknowledged !== undefined && acknowledged.note !== '' && <Text size="sm">Note: {acknowledged.note}</Text>}
          {clearedAt !== undefined && (
            <Text size="sm" c="dimmed">
              Cleared <Ago at={clearedAt} now={now} zone={zone} />
              {alert.clearedReason === undefined ? '' : `: ${alert.clearedReason}`}
            </Text>
          )}
        </Stack>
        <Stack gap={6} align="flex-end" ms="auto">
          <Text size="sm" c="dimmed" ta="right">
            since <Ago at={raisedAt} now={now} zone={zone} />
            {count > 1 && (
              <>
                {' '}
                · {count} times, last <Ago at={lastAt} now={now} zone={zone} />
              </>
            )}
          </Text>
          <Text size="sm" component="span">
            <SubjectLink subject={subject} />
          </Text>
          {mayWrite && isOpen && (
            <Group gap={6}>
              {acknowledged === undefined && (
                <Button
                  size="compact-sm"
                  variant="light"
                  leftSection={<Check size={14} aria-hidden />}
                  onClick={() => setAct('take')}
                >
                  Take it
                </Button>
              )}
              {muted === undefined && (
                <Button
                  size="compact-sm"
                  variant="default"
                  leftSection={<BellOff size={14} aria-hidden />}
                  onClick={() => setAct('mute')}
                >
                  Mute
                </Button>
              )}
            </Group>
          )}
          {!alert.told && (
            <Text size="xs" c="dimmed">
              <Bell size={11} aria-hidden /> nobody was told: it was muted
            </Text>
          )}
        </Stack>
      </Group>
      {act === 'take' && <AcknowledgeDialog alert={alert} onClose={() => setAct(undefined)} />}
      {act === 'mute' && <MuteDialog alert={alert} onClose={() => setAct(undefined)} />}
    </Card>
  );
}

function nameOf(actor: string): string {
  return actor.replace(/^user:/, '');
}
