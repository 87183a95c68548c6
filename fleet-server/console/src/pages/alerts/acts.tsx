import { Select, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { FormDialog } from '../../parts/dialogs/form-dialog.tsx';
import { isOverWhenTaken, type ShownAlert } from './alert-of.ts';

const HOUR_MS = 3_600_000;
const LENGTHS = [
  [1, '1 hour'],
  [8, '8 hours'],
  [24, '1 day'],
  [72, '3 days'],
  [168, '1 week'],
  [720, '30 days'],
] as const;

/** Says that somebody has taken it. */
export function AcknowledgeDialog({ alert, onClose }: { alert: ShownAlert; onClose: () => void }) {
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const act = async () => {
    const params = { path: { id: alert.id } };
    await answered(api.POST('/api/v1/alerts/{id}/acknowledge', { params, body: { note: note.trim() } }));
    await queries.invalidateQueries({ queryKey: ['alerts'] });
    await queries.invalidateQueries({ queryKey: ['overview'] });
  };
  return (
    <FormDialog
      title="Take this alert?"
      about={
        <>
          <Text size="sm">{alert.sentence}</Text>
          <Text size="sm" c="dimmed" mt="xs">
            {isOverWhenTaken(alert)
              ? 'Nothing but a person ends it: with this it is over, and stands among the cleared ones under your name.'
              : 'Everybody sees that you have it. It stays open until its cause has gone.'}
          </Text>
        </>
      }
      verb="I take it"
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <Textarea
          label="Note"
          description="What you found, or what you will do. May be empty."
          autosize
          minRows={2}
          maxLength={500}
          data-autofocus
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          error={faultOf('note')}
        />
      )}
    </FormDialog>
  );
}

/** Nobody is told of this kind and subject for a while. */
export function MuteDialog({ alert, onClose }: { alert: ShownAlert; onClose: () => void }) {
  const queries = useQueryClient();
  const [hours, setHours] = useState('8');
  const [reason, setReason] = useState('');
  const act = async () => {
    const body = { alert: alert.id, forMs: Number(hours) * HOUR_MS, reason: reason.trim() };
    await answered(api.POST('/api/v1/alerts/mutes', { body }));
    await queries.invalidateQueries({ queryKey: ['alerts'] });
  };
  return (
    <FormDialog
      title="Mute this alert?"
      about={
        <>
          Nobody is told by mail or webhook of <b>{alert.kind}</b> of <b>{alert.subject}</b> meanwhile. It stays in this
          list; if it still stands when the mute ends, it is told of then.
        </>
      }
      verb="Mute it"
      isReady={reason.trim() !== ''}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <Select
            label="For how long"
            data={LENGTHS.map(([value, label]) => ({ value: String(value), label }))}
            allowDeselect={false}
            value={hours}
            onChange={(value) => setHours(value ?? '8')}
            error={faultOf('until')}
          />
          <Textarea
            label="Reason"
            description="Kept in the audit and shown to everybody who asks why."
            required
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={faultOf('reason')}
          />
        </>
      )}
    </FormDialog>
  );
}
