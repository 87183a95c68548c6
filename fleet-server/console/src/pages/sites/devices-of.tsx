import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';

/** Devices of one site: online of all that may speak. Asked for while its row is in view. */
export function DevicesOf({ site }: { site: string }) {
  const { data, isError } = useQuery({
    // Not under `devices`: an event of any device would ask for every row anew.
    queryKey: ['devices-of-site', site],
    queryFn: () => answered(api.GET('/api/v1/devices', { params: { query: { site, limit: 1 } } })),
    staleTime: 30_000,
  });
  if (isError) return <Text size="sm">?</Text>;
  if (data === undefined) return <Skeleton height={14} width={48} aria-hidden />;
  const { counts, total } = data;
  const shutOut = counts.revoked + counts.quarantined;
  return (
    <Text size="sm" className="tabular" title={shutOut === 0 ? undefined : `${shutOut} more are shut out`}>
      {counts.online + counts.failing} of {total - shutOut}
    </Text>
  );
}
