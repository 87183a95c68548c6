import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Snowflake } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../api/client.ts';
import { useMay } from '../api/session.ts';
import { Confirm } from '../parts/dialogs/confirm.tsx';
import { clock } from '../parts/values/time.tsx';

export const freezesQuery = {
  queryKey: ['overview', 'freezes'],
  queryFn: () => answered(api.GET('/api/v1/freezes')),
};

/** The brake over everything, while it is pulled: on every page. */
export function FreezeBanner() {
  const queries = useQueryClient();
  const { data } = useQuery(freezesQuery);
  const [isAsking, setAsking] = useState(false);
  const mayLift = useMay('fleet:brake');
  const frozen = data?.freezes.find(({ liftedAt }) => liftedAt === null);
  if (frozen === undefined) return null;
  const lift = async (reason: string) => {
    await answered(api.POST('/api/v1/unfreeze', { body: { reason } }));
    await queries.invalidateQueries();
  };
  return (
    <Alert color="blue" icon={<Snowflake aria-hidden />} title="The fleet is frozen" mb="md">
      <Group justify="space-between">
        <Text size="sm">
          {frozen.actor} since {clock(frozen.at)}: {frozen.reason}. No device is given anything new and no rollout goes
          on.
        </Text>
        {mayLift && (
          <Button size="compact-sm" onClick={() => setAsking(true)}>
            Lift the freeze
          </Button>
        )}
      </Group>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title="Lift the freeze?"
        consequences="Rollouts that were running go on from where they stand, within minutes."
        verb="Lift the freeze"
        needsReason
        act={lift}
      />
    </Alert>
  );
}
