import { TagsInput, TextInput } from '@mantine/core';
import { publicEventTypes } from '@plumbline/shared/api';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { FormDialog } from '../../../parts/dialogs/form-dialog.tsx';
import type { Secret } from '../parts/shown-once.tsx';

const FAMILIES = [...new Set(publicEventTypes.map((type) => `${type.split('.')[0]}.*`))];
const PATTERNS = ['*', ...FAMILIES, ...publicEventTypes];

/** A receiver of events that happen from now on. */
export function WebhookDialog({ onSecret, onClose }: { onSecret: (secret: Secret) => void; onClose: () => void }) {
  const queries = useQueryClient();
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState<string[]>(['*']);
  const [description, setDescription] = useState('');
  const act = async () => {
    const body = { url: url.trim(), types, description: description.trim() };
    const { id, secret } = await answered(api.POST('/api/v1/webhooks', { body }));
    onSecret({
      title: 'The secret of the receiver',
      about: `Give it to the program behind ${url.trim()}: it checks with it that a message is from this server (${id}).`,
      value: secret,
    });
    await queries.invalidateQueries({ queryKey: ['webhooks'] });
  };
  return (
    <FormDialog
      title="Add a receiver"
      verb="Add it"
      leave="Add none"
      isReady={url.trim() !== '' && types.length > 0}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <TextInput
            label="Address"
            description="https://…, which this server can reach"
            type="url"
            required
            data-autofocus
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            error={faultOf('url')}
          />
          <TagsInput
            label="Events"
            description="* for all, a family such as rollout.*, or single ones"
            required
            data={PATTERNS}
            value={types}
            onChange={setTypes}
            maxTags={50}
            error={faultOf('types')}
          />
          <TextInput
            label="What it is for"
            maxLength={500}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            error={faultOf('description')}
          />
        </>
      )}
    </FormDialog>
  );
}
