import { TagsInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState, type ComponentProps } from 'react';
import { proposedSitesQuery } from './site-of.ts';

const PAUSE_MS = 200;

/** Names of sites, proposed while one is typed: there are too many to choose from. */
export function SiteNamesInput(props: Omit<ComponentProps<typeof TagsInput>, 'data' | 'searchValue'>) {
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, PAUSE_MS);
  const { data } = useQuery(proposedSitesQuery(settled));
  return (
    <TagsInput {...props} data={data?.sites.map(({ id }) => id) ?? []} searchValue={typed} onSearchChange={setTyped} />
  );
}
