import { NumberInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { FormDialog } from '../../../parts/dialogs/form-dialog.tsx';
import { counted } from '../../../parts/values/figures.ts';
import type { Secret } from '../parts/shown-once.tsx';
import { orderWebhook, type Webhook } from './webhook-of.ts';

export type AskedOrder = 'pause' | 'resume' | 'retry' | 'rotate' | 'remove';

/** Orders over a receiver, with what follows from each. */
export function WebhookActs({
  webhook: { id, url, waiting, dead },
  order,
  onSecret,
  onClose,
}: {
  webhook: Webhook;
  order: AskedOrder;
  onSecret: (secret: Secret) => void;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [hours, setHours] = useState<number | string>(24);
  const done = () => queries.invalidateQueries({ queryKey: ['webhooks'] });
  if (order === 'rotate') {
    return (
      <FormDialog
        title="Make a new secret?"
        about="Until the old one ends every message is signed with both, so that the receiver can change at any moment of it."
        verb="Make it"
        isReady={hours !== ''}
        act={async () => {
          const answer = await orderWebhook(id, 'rotate', { graceHours: Number(hours) });
          if ('secret' in answer && typeof answer.secret === 'string') {
            onSecret({ title: 'The new secret', about: `For the program behind ${url}.`, value: answer.secret });
          }
          await done();
        }}
        onClose={onClose}
      >
        {(faultOf) => (
          <NumberInput
            label="Hours the old secret signs too"
            description="0 ends it at once"
            min={0}
            max={720}
            value={hours}
            onChange={setHours}
            error={faultOf('graceHours')}
          />
        )}
      </FormDialog>
    );
  }
  const asked = {
    pause: {
      title: 'Pause this receiver?',
      verb: 'Pause it',
      consequences: `Nothing is sent to ${url}. What happens meanwhile waits, beside ${counted(waiting, 'message')} that ${waiting === 1 ? 'waits' : 'wait'} now.`,
    },
    resume: {
      title: 'Resume this receiver?',
      verb: 'Resume it',
      consequences: `${counted(waiting, 'message')} that ${waiting === 1 ? 'waits is' : 'wait are'} sent to ${url}, the oldest first.`,
    },
    retry: {
      title: 'Send them again?',
      verb: 'Send again',
      consequences: `${counted(dead, 'message')} that ${dead === 1 ? 'was' : 'were'} given up ${dead === 1 ? 'is' : 'are'} tried anew, as often as new ones.`,
    },
    remove: {
      title: 'Remove this receiver?',
      verb: 'Remove it',
      consequences: `Nothing is sent to ${url} any more; ${counted(waiting + dead, 'message')} that it has not taken are dropped. Rules of alerts that name ${id} reach nobody there.`,
    },
  }[order];
  return (
    <Confirm
      opened
      onClose={onClose}
      {...asked}
      isDangerous={order === 'remove'}
      needsReason={order === 'pause'}
      act={async (reason) => {
        await orderWebhook(id, order, order === 'pause' ? { reason } : {});
        await done();
      }}
    />
  );
}
