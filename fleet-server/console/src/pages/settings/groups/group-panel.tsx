import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { counted } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { GroupDialog } from './group-dialog.tsx';
import { everyMember, membersQuery, type GroupSummary } from './group-of.ts';
import { Standing } from './standing.tsx';
import { PageLink } from '../../../parts/address/links.tsx';

const SHOWN = 60;

/** One group: its members, what newcomers are given, and changing it. */
export function GroupPanel({ group, onGone }: { group: GroupSummary; onGone: () => void }) {
  const { name, count, eligible, note, revision, standing } = group;
  const queries = useQueryClient();
  const mayWrite = useMay('groups:write');
  const asked = useQuery(membersQuery(name, SHOWN));
  const [act, setAct] = useState<'edit' | 'remove'>();
  const whole = useQuery({
    queryKey: ['devices', 'group', name, 'every'],
    queryFn: () => everyMember(name),
    enabled: act === 'edit' && group.kind === 'list',
  });
  const kept = group.kind === 'list' ? whole.data : [];
  const remove = async () => {
    const params = { path: { name }, query: { expectedRevision: revision } };
    await answered(api.DELETE('/api/v1/groups/{name}', { params }));
    await queries.invalidateQueries({ queryKey: ['devices'] });
    onGone();
  };
  return (
    <Section
      title={name}
      about={`${counted(count, 'device')}, ${eligible} in good standing on open sites. Revision ${revision}.${note === '' ? '' : ` ${note}`}`}
      actions={
        mayWrite && (
          <>
            <Button variant="default" loading={act === 'edit' && kept === undefined} onClick={() => setAct('edit')}>
              Edit
            </Button>
            <Button variant="light" color="red" onClick={() => setAct('remove')}>
              Remove
            </Button>
          </>
        )
      }
    >
      <Stack gap="sm">
        <Standing group={group} />
        <Loaded asked={asked} heightPx={64}>
          {({ devices }) =>
            devices.length === 0 ? (
              <Text size="sm" c="dimmed">
                It finds nobody now.
              </Text>
            ) : (
              <Group gap={8}>
                {devices.map((device) => (
                  <PageLink key={device} to="/devices/$device" params={{ device }} size="sm">
                    {device}
                  </PageLink>
                ))}
                <PageLink to="/devices" search={{ group: name }} size="sm" fw={600}>
                  {count > devices.length ? `and ${count - devices.length} more: ` : ''}all in the list
                </PageLink>
              </Group>
            )
          }
        </Loaded>
      </Stack>
      {act === 'edit' && whole.error !== null && <ProblemView problem={whole.error} again={whole.refetch} />}
      {act === 'edit' && kept !== undefined && (
        <GroupDialog group={group} devices={kept} onClose={() => setAct(undefined)} />
      )}
      {act === 'remove' && (
        <Confirm
          opened
          onClose={() => setAct(undefined)}
          title={`Remove ${name}?`}
          consequences={`${counted(count, 'device')} ${count === 1 ? 'loses' : 'lose'} this name and ${count === 1 ? 'stays' : 'stay'} otherwise as ${count === 1 ? 'it is' : 'they are'}. ${standing.length === 0 ? '' : `Newcomers are no longer given ${standing.map(({ line, version }) => `${line}@${version}`).join(', ')}. `}Refused while a rollout under way names it.`}
          verb="Remove the group"
          isDangerous
          act={remove}
        />
      )}
    </Section>
  );
}
