import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { components } from '../../../api/schema.generated.ts';
import { answered, api } from '../../../api/client.ts';
import { countOf } from '../words.ts';

export interface SelectionCountProps {
  preview: components['schemas']['SelectorPreview'] | undefined;
  isSelector: boolean;
  group: components['schemas']['GroupSummary'] | undefined;
}

/** How many devices are selected now; the size of the stage is counted over the eligible ones. */
export function SelectionCount({ preview, isSelector, group }: SelectionCountProps) {
  const isAll = !isSelector && group === undefined;
  const everybody = useQuery({
    queryKey: ['devices', 'count'],
    queryFn: () => answered(api.GET('/api/v1/devices', { params: { query: { limit: 1 } } })),
    enabled: isAll,
  });
  return (
    <Text size="sm" c="dimmed" mt={4} role="status">
      {sentence(preview, isSelector, group, isAll ? everybody.data?.total : undefined)}
    </Text>
  );
}

function sentence(
  preview: SelectionCountProps['preview'],
  isSelector: boolean,
  group: SelectionCountProps['group'],
  all: number | undefined,
): string {
  if (isSelector && preview !== undefined) {
    const sites = `on ${countOf(preview.bySite.length, 'site')}`;
    const both = group === undefined ? '' : ` The stage takes those that are in ${group.name} as well.`;
    const first =
      preview.devices.length === 0
        ? ''
        : ` (${preview.devices.join(', ')}${preview.count > preview.devices.length ? ', …' : ''})`;
    return `Finds ${countOf(preview.count, 'device')} now ${sites}, ${preview.eligible.toLocaleString('en')} of them eligible${first}.${both}`;
  }
  if (isSelector) return ' ';
  if (group !== undefined)
    return `The group has ${countOf(group.count, 'device')} now, ${group.eligible.toLocaleString('en')} of them eligible.`;
  return all === undefined ? ' ' : `Every device: ${countOf(all, 'device')} now.`;
}
