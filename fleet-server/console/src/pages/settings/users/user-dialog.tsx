import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { FormDialog } from '../../../parts/dialogs/form-dialog.tsx';
import type { Assignment, User } from '../parts/roles.ts';
import { Assignments } from './assignments.tsx';

export interface MadeCode {
  name: string;
  code: string;
  /** Ms. */
  expiresAt: number;
}

/** Somebody new, or the roles of somebody who is in. */
export function UserDialog({
  user,
  onCode,
  onClose,
}: {
  user: User | undefined;
  onCode: (made: MadeCode) => void;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [name, setName] = useState(user?.name ?? '');
  const [assignments, setAssignments] = useState<Assignment[]>(user?.assignments ?? [{ role: 'viewer', sites: 'all' }]);
  const act = async () => {
    if (user === undefined) {
      onCode(await answered(api.POST('/api/v1/users', { body: { name: name.trim(), assignments } })));
    } else {
      const params = { path: { name: user.name } };
      await answered(api.PUT('/api/v1/users/{name}/assignments', { params, body: { assignments } }));
    }
    await queries.invalidateQueries({ queryKey: ['users'] });
  };
  return (
    <FormDialog
      title={user === undefined ? 'Add a user' : `What ${user.name} may`}
      about={
        user === undefined
          ? 'They choose their own password with a one-time code, which you hand over. Nobody else ever knows it.'
          : 'It holds from their next request on, for their sessions and their API tokens.'
      }
      verb={user === undefined ? 'Add them' : 'Change their roles'}
      size="lg"
      isReady={name.trim() !== '' && assignments.length > 0}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          {user === undefined && (
            <TextInput
              label="Name"
              description="a–z, 0–9, dot and dash; the audit knows them by it for ever"
              required
              data-autofocus
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={faultOf('name')}
            />
          )}
          <Assignments value={assignments} onChange={setAssignments} fault={faultOf('assignments')} />
        </>
      )}
    </FormDialog>
  );
}
