import { Button, Card, Checkbox, Code, Group, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { FormDialog } from '../../parts/dialogs/form-dialog.tsx';
import { Ago } from '../../parts/values/time.tsx';
import type { PendingEnrolment } from './token-of.ts';

/** One that asks, its fingerprint, and letting it in. */
export function PendingRow({ pending }: { pending: PendingEnrolment }) {
  const { site, device, askedAt, fingerprint } = pending;
  const mayEnrol = useMay('devices:enrol');
  const now = useServerNow();
  const [isOpen, setOpen] = useState(false);
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between" wrap="wrap">
        <div>
          <Text fw={600}>{device}</Text>
          <Text size="sm" c="dimmed">
            at {site}, asked <Ago at={askedAt} now={now} />
          </Text>
          <Code fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {fingerprint}
          </Code>
        </div>
        {mayEnrol && <Button onClick={() => setOpen(true)}>Compare and let it in</Button>}
      </Group>
      {isOpen && <Compare pending={pending} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function Compare({
  pending: { site, device, fingerprint },
  onClose,
}: {
  pending: PendingEnrolment;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const [isSame, setSame] = useState(false);
  const wanted = bare(fingerprint);
  const isWrong = typed !== '' && !wanted.startsWith(bare(typed));
  const act = async () => {
    const params = { path: { device } };
    await answered(api.POST('/api/v1/enrolments/{device}/approve', { params, body: { fingerprint } }));
    await queries.invalidateQueries({ queryKey: ['devices'] });
    notifications.show({ message: `${device} is let in; it takes its name when it asks the next time.` });
  };
  return (
    <FormDialog
      title={`Is this ${device}?`}
      about={
        <>
          Whoever is let in speaks for <b>{device}</b> at <b>{site}</b>: its predictions count, and it is given models.
          Ask who stands at the device to read out what it shows. If a single sign differs, somebody else has the code:
          leave it, and make another one.
        </>
      }
      verb="They are the same: let it in"
      leave="Not now"
      isReady={!isWrong && (isSame || bare(typed) === wanted)}
      size="lg"
      act={act}
      onClose={onClose}
    >
      {() => (
        <>
          <Code block fz="lg" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {fingerprint}
          </Code>
          <TextInput
            label="What the device shows"
            description="Type or paste it as it is read out; it is compared as you type"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={isWrong ? 'this differs: do not let it in' : undefined}
            data-autofocus
          />
          <Checkbox
            label="Or: I have compared every sign, and they are the same"
            checked={isSame}
            onChange={(event) => setSame(event.currentTarget.checked)}
          />
        </>
      )}
    </FormDialog>
  );
}

/** Without what is only there to be read more easily. */
function bare(text: string): string {
  return text.replaceAll(/[\s:-]/g, '').toLowerCase();
}
