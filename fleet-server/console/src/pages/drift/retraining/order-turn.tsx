import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { short } from '../../../parts/values/figures.ts';
import { policiesQuery } from '../queries.ts';

const FOLLOWS: Record<string, string> = {
  off: 'The policy is off: the server refuses it.',
  examine: 'It is examined and nothing else happens.',
  release: 'A better candidate is submitted and waits for its approval.',
  rollout: 'A better candidate is submitted, and once approved it is rolled out by the policy.',
};

/** Examines now whether another model is better. */
export function OrderTurn({ line }: { line: string }) {
  const queries = useQueryClient();
  const navigate = useNavigate({ from: '/drift/$line' });
  const { data: policies } = useQuery(policiesQuery);
  const mayOrder = useMay('learning:write');
  const [isAsking, setAsking] = useState(false);
  const policy = policies?.find((one) => one.line === line);
  if (!mayOrder || policy === undefined) return null;
  const order = async () => {
    const turn = await answered(api.POST('/api/v1/retraining/{line}/turns', { params: { path: { line } } }));
    await queries.invalidateQueries({ queryKey: ['retraining'] });
    await navigate({ search: { tab: 'retraining', turn: turn.id } });
  };
  return (
    <>
      <Button size="compact-sm" onClick={() => setAsking(true)}>
        Run a turn now
      </Button>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Run a turn of ${line} now?`}
        consequences={`Candidates are trained on ${shortReference(policy.spec.dataset)} and what the sites recorded since, and compared with the version in force. ${FOLLOWS[policy.spec.mode] ?? ''}`}
        verb="Run a turn"
        act={order}
      />
    </>
  );
}

/** `delay@0123456789ab`: enough of a hash to know it again. */
function shortReference(reference: string): string {
  const [name = '', version = ''] = reference.split('@');
  return `${name}@${short(version)}`;
}
