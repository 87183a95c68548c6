import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus, Webhook as Hook } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { DocsLink } from '../../../parts/page/page.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ShownOnce, type Secret } from '../parts/shown-once.tsx';
import { WebhookCard } from './webhook-card.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';

/** Receivers of events: who they are, how they stand, what was sent to them. */
export function Webhooks({ chosen, onOpen }: { chosen: string | undefined; onOpen: (id: string | undefined) => void }) {
  const mayWrite = useMay('webhooks:write');
  const asked = useQuery({
    queryKey: ['webhooks'],
    queryFn: () => answered(api.GET('/api/v1/webhooks')),
    refetchInterval: 15_000,
  });
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState<Secret>();
  return (
    <Section
      title="Webhooks"
      about={
        <>
          Other programs that are told what happens, signed by Standard Webhooks 1.0.{' '}
          <DocsLink page="events">Events and how to check them</DocsLink>
        </>
      }
      actions={
        mayWrite && (
          <Button variant="light" leftSection={<Plus size={15} aria-hidden />} onClick={() => setAdding(true)}>
            Add a receiver
          </Button>
        )
      }
    >
      <Loaded asked={asked}>
        {({ webhooks }) =>
          webhooks.length === 0 ? (
            <EmptyState icon={Hook} title="Nobody is told">
              Add the address of a program that takes events, or <code>plumbline webhooks add URL</code>.
            </EmptyState>
          ) : (
            <Stack gap="sm">
              {webhooks.map((webhook) => (
                <WebhookCard
                  key={webhook.id}
                  webhook={webhook}
                  isOpen={webhook.id === chosen}
                  onOpen={() => onOpen(webhook.id === chosen ? undefined : webhook.id)}
                  onSecret={setSecret}
                />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {isAdding && <WebhookDialog onSecret={setSecret} onClose={() => setAdding(false)} />}
      {secret !== undefined && <ShownOnce secret={secret} onClose={() => setSecret(undefined)} />}
    </Section>
  );
}
