import { Button, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import type { paths } from '../../../api/schema.generated.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import type { OfDataset } from '../queries.ts';

type Body = NonNullable<
  paths['/api/v1/datasets/{name}/{version}/split']['post']['requestBody']
>['content']['application/json'];

const WAYS: { value: Body['by']; label: string }[] = [
  { value: 'time', label: 'by time: the newest rows are held out' },
  { value: 'group', label: 'by group: no group on both sides' },
  { value: 'stratified', label: 'stratified: the same share of late ones' },
  { value: 'random', label: 'random: row by row, whatever the group' },
];

/** Makes two new versions, one to learn from and one that is held out. */
export function Split({ dataset: path }: { dataset: OfDataset }) {
  const queries = useQueryClient();
  const navigate = useNavigate({ from: '/data/datasets/$name/$version' });
  const [isAsking, setAsking] = useState(false);
  const [by, setBy] = useState<Body['by']>('time');
  const [share, setShare] = useState<number | string>(80);
  const [seed, setSeed] = useState<number | string>(1);
  const split = async () => {
    const body: Body = { by, share: Number(share) / 100, seed: Number(seed) };
    await answered(api.POST('/api/v1/datasets/{name}/{version}/split', { params: { path }, body }));
    await queries.invalidateQueries({ queryKey: ['datasets'] });
    await navigate({ search: { tab: 'versions' } });
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        Split
      </Button>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title="Split into two new versions?"
        consequences={
          <Stack gap="xs">
            <Select
              label="How"
              data={WAYS}
              value={by}
              allowDeselect={false}
              onChange={(next) => setBy(WAYS.find(({ value }) => value === next)?.value ?? by)}
            />
            <NumberInput label="To learn from" suffix=" %" min={5} max={95} value={share} onChange={setShare} />
            <NumberInput
              label="Seed"
              description="The same seed makes the same versions; a split by time draws nothing."
              min={0}
              allowDecimal={false}
              value={seed}
              onChange={setSeed}
            />
            <Text size="sm">This dataset stays as it is.</Text>
          </Stack>
        }
        verb="Split"
        act={split}
      />
    </>
  );
}
