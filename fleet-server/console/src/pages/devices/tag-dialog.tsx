import { Button, Group, Modal, Stack, TagsInput, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { counted } from '../../parts/values/figures.ts';
import type { DeviceFilter } from './device-of.ts';
import { allDevices } from './export-devices.ts';

/** Adds and takes away tags of everything that the list shows. */
export function TagDialog(props: { onClose: () => void; filter: DeviceFilter; count: number }) {
  const { onClose, filter, count } = props;
  const queries = useQueryClient();
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const tag = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const devices = (await allDevices(filter)).map(({ id }) => id);
      const { changed } = await answered(api.POST('/api/v1/devices/tags', { body: { devices, add, remove } }));
      await queries.invalidateQueries({ queryKey: ['devices'] });
      notifications.show({ message: `${changed.length} of ${counted(devices.length, 'device')} changed their tags.` });
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={`Tag ${counted(count, 'device')}`} centered>
      <Stack>
        <Text size="sm" c="dimmed">
          All that the list shows. Groups and stages that select by tag may find other devices from now on; a stage that
          is open keeps those it has.
        </Text>
        <TagsInput
          label="Add"
          description="Enter ends a tag"
          value={add}
          onChange={setAdd}
          maxTags={32}
          data-autofocus
        />
        <TagsInput label="Take away" value={remove} onChange={setRemove} maxTags={32} />
        {problem !== undefined && <ProblemView problem={problem} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave them as they are
          </Button>
          <Button loading={isBusy} disabled={add.length + remove.length === 0} onClick={() => void tag()}>
            Tag {counted(count, 'device')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
