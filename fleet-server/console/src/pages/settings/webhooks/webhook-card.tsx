import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useServerNow } from '../../../api/server-clock.ts';
import { useMay } from '../../../api/session.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { Ago, clock } from '../../../parts/values/time.tsx';
import { counted } from '../../../parts/values/figures.ts';
import type { Secret } from '../parts/shown-once.tsx';
import { Deliveries } from './deliveries.tsx';
import { WebhookActs, type AskedOrder } from './webhook-acts.tsx';
import { orderWebhook, type Webhook } from './webhook-of.ts';

/** One receiver, how it stands, and what was sent to it. */
export function WebhookCard({
  webhook,
  isOpen,
  onOpen,
  onSecret,
}: {
  webhook: Webhook;
  isOpen: boolean;
  onOpen: () => void;
  onSecret: (secret: Secret) => void;
}) {
  const { id, url, types, description, paused, previousUntil, waiting, dead, lastDeliveredAt } = webhook;
  const queries = useQueryClient();
  const now = useServerNow();
  const mayWrite = useMay('webhooks:write');
  const [asked, setAsked] = useState<AskedOrder>();
  const [problem, setProblem] = useState<unknown>();
  const ping = async () => {
    setProblem(undefined);
    try {
      await orderWebhook(id, 'test');
      notifications.show({ message: 'A ping is on its way; what became of it stands under what was sent.' });
      await queries.invalidateQueries({ queryKey: ['webhooks'] });
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Card withBorder padding="sm" component="article" aria-label={url}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" wrap="wrap">
          <div style={{ minWidth: 0 }}>
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {url}
            </Text>
            <Text size="sm" c="dimmed">
              {id}
              {description === '' ? '' : ` · ${description}`}
            </Text>
          </div>
          <Group gap="xs">
            {paused !== undefined ? (
              <StateBadge
                tone="quiet"
                title={`${paused.reason}, since ${clock(paused.at)}`}
              >{`paused: ${paused.reason}`}</StateBadge>
            ) : dead > 0 ? (
              <StateBadge tone="bad">{`${dead} given up`}</StateBadge>
            ) : (
              <StateBadge tone="good">sends</StateBadge>
            )}
            {waiting > 0 && <StateBadge tone="waiting">{`${waiting} waiting`}</StateBadge>}
          </Group>
        </Group>
        <Group gap={4}>
          {types.map((type) => (
            <Badge key={type} variant="default" tt="none" fw={500}>
              {type}
            </Badge>
          ))}
          <Text size="sm" c="dimmed">
            last taken <Ago at={lastDeliveredAt} now={now} />
            {previousUntil !== undefined && previousUntil > now
              ? `; the secret before signs too until ${clock(previousUntil)}`
              : ''}
          </Text>
        </Group>
        {mayWrite && (
          <Group gap={6}>
            <Button size="compact-sm" variant="default" onClick={() => void ping()}>
              Ping
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setAsked(paused === undefined ? 'pause' : 'resume')}
            >
              {paused === undefined ? 'Pause' : 'Resume'}
            </Button>
            {dead > 0 && (
              <Button size="compact-sm" variant="light" onClick={() => setAsked('retry')}>
                Send {counted(dead, 'message')} again
              </Button>
            )}
            <Button size="compact-sm" variant="default" onClick={() => setAsked('rotate')}>
              New secret
            </Button>
            <Button size="compact-sm" variant="light" color="red" onClick={() => setAsked('remove')}>
              Remove
            </Button>
          </Group>
        )}
        {problem !== undefined && <ProblemView problem={problem} again={ping} />}
        <Button
          size="compact-sm"
          variant="subtle"
          aria-expanded={isOpen}
          onClick={onOpen}
          leftSection={isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
          style={{ alignSelf: 'flex-start' }}
        >
          What was sent
        </Button>
        {isOpen && <Deliveries webhook={id} />}
      </Stack>
      {asked !== undefined && (
        <WebhookActs webhook={webhook} order={asked} onSecret={onSecret} onClose={() => setAsked(undefined)} />
      )}
    </Card>
  );
}
