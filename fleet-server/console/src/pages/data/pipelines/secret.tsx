import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { SecretShown } from './secret-shown.tsx';

/** Another secret for calls from outside; it is shown this once. */
export function Secret({ name }: { name: string }) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const renew = async () => {
    const answer = await answered(api.POST('/api/v1/pipelines/{name}/secret', { params: { path: { name } } }));
    setSecret(answer.secret);
    await queries.invalidateQueries({ queryKey: ['pipelines'] });
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        New secret
      </Button>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Make another secret for ${name}?`}
        consequences="Calls that are signed by the secret of now are refused from this moment on. The new one is shown once."
        verb="Make a new secret"
        isDangerous
        act={renew}
      />
      {secret !== undefined && <SecretShown secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}
