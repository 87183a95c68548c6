import { SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { FormDialog } from '../../../parts/dialogs/form-dialog.tsx';
import { withTheirs } from '../../../parts/dialogs/changed-meanwhile.ts';
import { everyMember, type GroupSummary } from './group-of.ts';
import { Preview } from './preview.tsx';

/** A new group, or one as it stands; refused when somebody else has written it meanwhile. */
export function GroupDialog({
  group,
  devices: kept = [],
  onClose,
}: {
  group: GroupSummary | undefined;
  /** Of a list that is kept by hand. */
  devices?: readonly string[];
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [name, setName] = useState(group?.name ?? '');
  const [kind, setKind] = useState(group?.kind ?? 'selector');
  const [selector, setSelector] = useState(group?.selector ?? '');
  const [list, setList] = useState(kept.join('\n'));
  const [note, setNote] = useState(group?.note ?? '');
  // As it was when the form was opened: what somebody else writes meanwhile is not overwritten unseen.
  const [revision] = useState(group?.revision);
  const [opened] = useState({ group, kept });
  const devices = [...new Set(list.split(/[\s,;]+/).filter((one) => one !== ''))];
  const act = async () => {
    const whom = kind === 'selector' ? { selector: selector.trim() } : { devices };
    if (group === undefined) {
      await answered(api.POST('/api/v1/groups', { body: { name: name.trim(), ...whom, note: note.trim() } }));
    } else {
      const params = { path: { name: group.name } };
      const body = { ...whom, note: note.trim(), ...(revision !== undefined && { expectedRevision: revision }) };
      try {
        await answered(api.PUT('/api/v1/groups/{name}', { params, body }));
      } catch (error) {
        throw await withTheirs(error, () => theirsOf(opened));
      }
    }
    await queries.invalidateQueries({ queryKey: ['devices'] });
  };
  return (
    <FormDialog
      title={group === undefined ? 'Add a group' : `Group ${group.name}`}
      about={
        group === undefined
          ? 'A stage of a rollout that names it takes those it finds when the stage opens.'
          : `Revision ${revision}; refused if somebody else changes it meanwhile. Stages that are open keep those they have; those to come take whom it finds then.`
      }
      verb={group === undefined ? 'Add the group' : 'Keep the changes'}
      size="lg"
      isReady={name.trim() !== '' && (kind === 'list' || selector.trim() !== '')}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          {group === undefined && (
            <>
              <TextInput
                label="Name"
                description="a–z, 0–9, dot, dash, underscore"
                required
                data-autofocus
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={faultOf('name')}
              />
              <SegmentedControl
                aria-label="How it is found"
                data={[
                  { value: 'selector', label: 'By a selector' },
                  { value: 'list', label: 'A list kept by hand' },
                ]}
                value={kind}
                onChange={(next) => setKind(next as typeof kind)}
              />
            </>
          )}
          {kind === 'selector' ? (
            <>
              <TextInput
                label="Selector"
                placeholder={'site ~ "north-*" and not tag = spare'}
                styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
                required
                value={selector}
                onChange={(event) => setSelector(event.currentTarget.value)}
                error={faultOf('selector')}
              />
              <Preview selector={selector} />
            </>
          ) : (
            <Textarea
              label="Devices"
              description={`One a line, or apart by spaces: ${devices.length} named`}
              autosize
              minRows={4}
              maxRows={14}
              value={list}
              onChange={(event) => setList(event.currentTarget.value)}
              error={faultOf('devices')}
            />
          )}
          <Textarea
            label="Note"
            autosize
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            error={faultOf('note')}
          />
        </>
      )}
    </FormDialog>
  );
}

async function theirsOf({ group, kept }: { group: GroupSummary | undefined; kept: readonly string[] }) {
  const params = { path: { name: group?.name ?? '' } };
  const now = await answered(api.GET('/api/v1/groups/{name}', { params }));
  const whom = [
    ['selector', group?.selector ?? '', now.selector ?? ''],
    ['devices', kept.join(' '), now.selector === undefined ? (await everyMember(now.name)).join(' ') : ''],
  ] as const;
  // Whom a selector finds is not what anybody has written.
  return {
    by: now.updatedBy,
    fields: [whom[now.selector === undefined ? 1 : 0], ['note', group?.note ?? '', now.note] as const],
  };
}
