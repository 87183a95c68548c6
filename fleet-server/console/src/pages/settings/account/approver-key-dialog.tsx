import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { makeBrowserKey } from '../../../approving/approver-key.ts';
import { FormDialog } from '../../../parts/dialogs/form-dialog.tsx';

/** Asks where the key is, makes it, and puts it down as one's own. */
export function ApproverKeyDialog({
  me,
  onMade,
  onClose,
}: {
  me: string;
  onMade: () => Promise<unknown>;
  onClose: () => void;
}) {
  const [label, setLabel] = useState('');
  const act = async () => {
    await makeBrowserKey(me, label.trim());
    await onMade();
  };
  return (
    <FormDialog
      title="Make an approver key"
      verb="Make it"
      leave="Make none"
      isReady={label.trim() !== ''}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <TextInput
            label="Where it is"
            description="A machine and a browser, so that others know which key this is"
            placeholder="Bo’s laptop, Firefox"
            required
            maxLength={64}
            data-autofocus
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
            error={faultOf('label')}
          />
          <Text size="sm" c="dimmed">
            It cannot be copied or moved. When this browser forgets its data, the key is lost: then make another one.
          </Text>
        </>
      )}
    </FormDialog>
  );
}
