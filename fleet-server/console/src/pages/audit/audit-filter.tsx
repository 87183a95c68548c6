import { Autocomplete, Button, Group, TextInput } from '@mantine/core';
import { RotateCw, X } from 'lucide-react';
import { useEffect, useState, type FormEvent } from 'react';
import type { AuditRow, AuditSearch } from './audit-of.ts';

/** What is typed counts when it is sent: every change of the address reads the audit anew. */
export function AuditFilter({
  search,
  rows,
  onSearch,
  onLook,
}: {
  search: AuditSearch;
  /** For completion: what is loaded names what there is. */
  rows: readonly AuditRow[];
  onSearch: (search: AuditSearch) => void;
  onLook: () => void;
}) {
  const [typed, setTyped] = useState(search);
  useEffect(() => setTyped(search), [search]);
  const set = (name: keyof AuditSearch) => (value: string) => setTyped((before) => ({ ...before, [name]: value }));
  const send = (event: FormEvent) => {
    event.preventDefault();
    const next: AuditSearch = {};
    for (const name of ['actor', 'action', 'subject', 'from', 'to'] as const) {
      const value = typed[name]?.trim();
      if (value !== undefined && value !== '') next[name] = value;
    }
    onSearch(next);
  };
  const names = (of: 'actor' | 'subject' | 'action') => [...new Set(rows.map((row) => row[of]))].toSorted();
  const rooms = [...new Set(rows.map(({ action }) => `${action.split('.')[0]}.`))].toSorted();
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <form onSubmit={send} aria-label="Filter of the audit">
      <Group align="flex-end" gap="sm">
        <Autocomplete
          label="Who"
          placeholder="user:ana"
          data={names('actor')}
          limit={20}
          value={typed.actor ?? ''}
          onChange={set('actor')}
          w={{ base: '100%', xs: 180 }}
        />
        <Autocomplete
          label="Did what"
          placeholder="rollouts. or rollouts.pause"
          data={[...rooms, ...names('action')]}
          limit={20}
          value={typed.action ?? ''}
          onChange={set('action')}
          w={{ base: '100%', xs: 200 }}
        />
        <Autocomplete
          label="To what"
          placeholder="device:gateway-7"
          data={names('subject')}
          limit={20}
          value={typed.subject ?? ''}
          onChange={set('subject')}
          w={{ base: '100%', xs: 210 }}
        />
        <TextInput
          label="From"
          type="date"
          value={typed.from ?? ''}
          onChange={(event) => set('from')(event.currentTarget.value)}
        />
        <TextInput
          label="To"
          type="date"
          value={typed.to ?? ''}
          onChange={(event) => set('to')(event.currentTarget.value)}
        />
        <Button type="submit" variant="light">
          Find
        </Button>
        {isFiltered && (
          <Button variant="subtle" leftSection={<X size={14} aria-hidden />} onClick={() => onSearch({})}>
            Everything
          </Button>
        )}
        <Button variant="subtle" leftSection={<RotateCw size={14} aria-hidden />} onClick={onLook}>
          Look again
        </Button>
      </Group>
    </form>
  );
}
