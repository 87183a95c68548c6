import { Autocomplete, Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { FormDialog } from '../../../parts/dialogs/form-dialog.tsx';
import { linesQuery, versionsQuery } from '../../models/model-queries.ts';
import type { GroupSummary } from './group-of.ts';

/** What devices are given that come into the group from now on. */
export function Standing({ group: { name, standing } }: { group: GroupSummary }) {
  const queries = useQueryClient();
  const mayWrite = useMay('rollouts:write');
  const [isSetting, setSetting] = useState(false);
  const [clearing, setClearing] = useState<string>();
  const done = () => queries.invalidateQueries({ queryKey: ['devices'] });
  return (
    <Group gap="xs">
      <Text size="sm" fw={600}>
        Newcomers are given
      </Text>
      {standing.length === 0 && (
        <Text size="sm" c="dimmed">
          nothing by itself
        </Text>
      )}
      {standing.map(({ line, version }) => (
        <Group key={line} gap={4}>
          <Text size="sm">
            {line}@{version}
          </Text>
          {mayWrite && (
            <Button size="compact-xs" variant="default" onClick={() => setClearing(line)}>
              Take {line} away
            </Button>
          )}
        </Group>
      ))}
      {mayWrite && (
        <Button size="compact-sm" variant="default" onClick={() => setSetting(true)}>
          Set a standing release
        </Button>
      )}
      {isSetting && <SetStanding group={name} onDone={done} onClose={() => setSetting(false)} />}
      {clearing !== undefined && (
        <Confirm
          opened
          onClose={() => setClearing(undefined)}
          title={`Give newcomers of ${name} no ${clearing}?`}
          consequences="Devices that come into the group wait for a rollout. Those that have it keep it."
          verb={`Take ${clearing} away`}
          act={async () => {
            const params = { path: { name, line: clearing } };
            await answered(api.DELETE('/api/v1/groups/{name}/standing/{line}', { params }));
            await done();
          }}
        />
      )}
    </Group>
  );
}

function SetStanding({ group, onDone, onClose }: { group: string; onDone: () => Promise<void>; onClose: () => void }) {
  const lines = useQuery(linesQuery);
  const [line, setLine] = useState('');
  const known = useInfiniteQuery({ ...versionsQuery(line.trim(), 'published'), enabled: line.trim() !== '' });
  const [version, setVersion] = useState('');
  return (
    <FormDialog
      title={`What newcomers of ${group} are given`}
      about="Devices that come into the group from now on get this version when they connect. Members that are in it already are changed by a rollout."
      verb="Set it"
      isReady={line.trim() !== '' && version.trim() !== ''}
      act={async () => {
        const body = { line: line.trim(), version: version.trim() };
        await answered(api.PUT('/api/v1/groups/{name}/standing', { params: { path: { name: group } }, body }));
        await onDone();
      }}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <Autocomplete
            label="Line"
            required
            data={lines.data?.map((one) => one.line) ?? []}
            value={line}
            onChange={setLine}
            error={faultOf('line')}
          />
          <Autocomplete
            label="Version"
            required
            data={known.data?.map((one) => one.version) ?? []}
            value={version}
            onChange={setVersion}
            error={faultOf('version')}
          />
        </>
      )}
    </FormDialog>
  );
}
