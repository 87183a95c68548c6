import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Tag } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import type { Alias, Version } from '../model-of.ts';

export interface AliasDialogProps {
  line: string;
  versions: readonly Version[];
  aliases: readonly Alias[];
}

/** Points a name at a version: programs ask for the name. */
export function AliasDialog(props: AliasDialogProps) {
  const mayWrite = useMay('models:write');
  const [isOpen, setOpen] = useState(false);
  if (!mayWrite) return null;
  return (
    <>
      <Button
        mt="sm"
        w="fit-content"
        variant="default"
        size="compact-sm"
        leftSection={<Tag size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        Names of versions
      </Button>
      {isOpen && <Names {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function Names({ line, versions, aliases, onClose }: AliasDialogProps & { onClose: () => void }) {
  const queries = useQueryClient();
  const [alias, setAlias] = useState('');
  const [version, setVersion] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>();
  const [isActing, setActing] = useState(false);
  const now = aliases.find(({ name }) => name === alias.trim());
  const act = async (order: () => Promise<unknown>) => {
    setActing(true);
    setProblem(undefined);
    try {
      await order();
      onClose();
    } catch (error) {
      setProblem(error);
      setActing(false);
    } finally {
      // Refused because somebody has moved it since: the dialogue then says where it points now.
      await queries.invalidateQueries({ queryKey: ['models'] });
    }
  };
  const path = { line, alias: alias.trim() };
  const move = () =>
    answered(
      api.PUT('/api/v1/lines/{line}/aliases/{alias}', {
        params: { path },
        body: { version: version ?? '', expected: now?.version ?? null },
      }),
    );
  const remove = (expected: string) =>
    answered(api.DELETE('/api/v1/lines/{line}/aliases/{alias}', { params: { path, query: { expected } } }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Names of versions of ${line}`}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <Text size="sm">
          Programs ask for {line}@NAME and get the version it points at then. What runs on devices is a matter of
          rollouts alone.
        </Text>
        <TextInput
          label="Name"
          description={
            aliases.length === 0
              ? 'Such as champion; none is given yet'
              : `Given: ${aliases.map((one) => `${one.name} → ${one.version}`).join(', ')}`
          }
          data-autofocus
          value={alias}
          onChange={(event) => setAlias(event.currentTarget.value)}
        />
        <Select
          label="Points at"
          data={versions.map((one) => one.version)}
          value={version}
          onChange={setVersion}
          searchable
        />
        {problem !== undefined && <ProblemView problem={problem} />}
        <Group justify="flex-end">
          {now !== undefined && (
            <Button variant="default" c="red" disabled={isActing} onClick={() => void act(() => remove(now.version))}>
              Take {now.name} away
            </Button>
          )}
          <Button
            loading={isActing}
            disabled={alias.trim() === '' || version === null || version === now?.version}
            onClick={() => void act(move)}
          >
            {now === undefined ? 'Give the name' : `Move it from ${now.version}`}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
