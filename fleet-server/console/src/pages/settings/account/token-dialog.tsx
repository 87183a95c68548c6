import { Checkbox, NumberInput, SimpleGrid, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { FormDialog } from '../../../parts/dialogs/form-dialog.tsx';
import type { Permission } from '../parts/roles.ts';

const MOST_DAYS = 366;

/** A token with some of one's own permissions, for some days. */
export function TokenDialog({
  permissions,
  onMade,
  onClose,
}: {
  permissions: readonly Permission[];
  onMade: (name: string, token: string) => void;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState<number | string>(90);
  const act = async () => {
    const body = { name: name.trim(), scopes, days: Number(days) };
    const { token } = await answered(api.POST('/api/v1/api-tokens', { body }));
    onMade(name.trim(), token);
    await queries.invalidateQueries({ queryKey: ['api-tokens'] });
  };
  return (
    <FormDialog
      title="Make a token"
      verb="Make it"
      leave="Make none"
      size="lg"
      isReady={name.trim() !== '' && scopes.length > 0 && days !== ''}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <TextInput
            label="Name"
            description="Of the program that has it"
            required
            maxLength={64}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={faultOf('name')}
          />
          <Checkbox.Group
            label="Scopes"
            description="What it may; only what you may yourself"
            required
            value={scopes}
            onChange={setScopes}
            error={faultOf('scopes')}
          >
            <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="xs" mt={6}>
              {permissions.map((permission) => (
                <Checkbox key={permission} value={permission} label={permission} size="xs" />
              ))}
            </SimpleGrid>
          </Checkbox.Group>
          <NumberInput
            label="Days it is good"
            min={1}
            max={MOST_DAYS}
            value={days}
            onChange={setDays}
            w={160}
            error={faultOf('days')}
          />
        </>
      )}
    </FormDialog>
  );
}
