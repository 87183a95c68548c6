import { ActionIcon, Button, Group, Select, Stack, Text } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import { SiteNamesInput } from '../../sites/site-names-input.tsx';
import { ROLE_WORDS, ROLES, type Assignment, type Role } from '../parts/roles.ts';

/** Roles with the sites they hold for: each role once; no site named means all of them. */
export function Assignments({
  value,
  onChange,
  fault,
}: {
  value: readonly Assignment[];
  onChange: (value: Assignment[]) => void;
  fault: string | undefined;
}) {
  const free = ROLES.filter((role) => !value.some((one) => one.role === role));
  const set = (index: number, change: Partial<Assignment>) =>
    onChange(value.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <Stack gap="xs" role="group" aria-label="Roles">
      {value.map(({ role, sites: on }, index) => (
        <Group key={role} align="flex-end" wrap="nowrap">
          <Select
            label="Role"
            description={ROLE_WORDS[role]}
            data={ROLES.filter((one) => one === role || free.includes(one))}
            allowDeselect={false}
            value={role}
            onChange={(next) => set(index, { role: (next ?? role) as Role })}
            w={200}
          />
          <SiteNamesInput
            label={`Sites of the ${role}`}
            placeholder={on === 'all' ? 'All sites' : ''}
            value={on === 'all' ? [] : on}
            onChange={(names) => set(index, { sites: names.length === 0 ? 'all' : names })}
            style={{ flex: 1 }}
          />
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={`Take ${role} away`}
            disabled={value.length === 1}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <X size={15} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {fault !== undefined && (
        <Text size="sm" c="red">
          {fault}
        </Text>
      )}
      {free[0] !== undefined && (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Plus size={14} aria-hidden />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange([...value, { role: free[0] as Role, sites: 'all' }])}
        >
          Another role
        </Button>
      )}
    </Stack>
  );
}
