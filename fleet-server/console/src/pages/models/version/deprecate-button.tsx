import { Button, Select, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { counted } from '../../../parts/values/figures.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { runningQuery, versionsQuery } from '../model-queries.ts';
import type { Version } from '../model-of.ts';

/** Takes a version out of use, or back into it. */
export function DeprecateButton({ version: one }: { version: Version }) {
  const { line, version, state, deprecation } = one;
  const queries = useQueryClient();
  const mayWrite = useMay('models:write');
  const [isAsking, setAsking] = useState(false);
  const [instead, setInstead] = useState<string | null>(null);
  const running = useQuery({ ...runningQuery(line, version), enabled: isAsking });
  const published = useInfiniteQuery({ ...versionsQuery(line, 'published'), enabled: isAsking });
  if (!mayWrite || state !== 'published') return null;
  const path = { line, version };
  const others = published.data?.filter((other) => other.version !== version) ?? [];
  const act = async (reason: string) => {
    if (deprecation === undefined) {
      await answered(
        api.POST('/api/v1/models/{line}/{version}/deprecate', {
          params: { path },
          body: { reason, ...(instead !== null && { replacedBy: instead }) },
        }),
      );
    } else {
      await answered(api.POST('/api/v1/models/{line}/{version}/reinstate', { params: { path } }));
    }
    await queries.invalidateQueries({ queryKey: ['models'] });
  };
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {deprecation === undefined ? 'Take out of use' : 'Take back into use'}
      </Button>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={deprecation === undefined ? `Take ${line}@${version} out of use?` : `Take ${line}@${version} back?`}
        verb={deprecation === undefined ? 'Take out of use' : 'Take back into use'}
        needsReason={deprecation === undefined}
        act={act}
        consequences={
          deprecation === undefined ? (
            <Stack gap="sm">
              <Text size="sm">
                No rollout, standing release or order begins with it any more.{' '}
                {running.data === undefined ? '' : `It runs on ${counted(running.data.total, 'device')} now. `}Devices
                that run it go on, and may be sent back to it.
              </Text>
              <Select
                label="Use instead"
                placeholder="Nothing is named"
                clearable
                data={others.map((other) => other.version)}
                value={instead}
                onChange={setInstead}
              />
            </Stack>
          ) : (
            'New rollouts and standing releases may begin with it again.'
          )
        }
      />
    </>
  );
}
