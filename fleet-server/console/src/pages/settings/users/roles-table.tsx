import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { answered, api } from '../../../api/client.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ROLE_WORDS } from '../parts/roles.ts';

/** What each role may, as the server says it. */
export function RolesTable() {
  const asked = useQuery({
    queryKey: ['roles'],
    queryFn: () => answered(api.GET('/api/v1/access/roles')),
    staleTime: Infinity,
    refetchInterval: false,
  });
  return (
    <Section title="What each role may" about="A role holds for all sites, or for those that are named beside it.">
      <Loaded asked={asked} heightPx={320}>
        {({ roles }) => (
          <DataTable
            caption="Permissions of roles"
            rows={[...new Set(roles.flatMap(({ permissions }) => permissions))].toSorted()}
            keyOf={(permission) => permission}
            minWidth={600}
            columns={[
              { key: 'permission', title: 'Permission', isHeading: true, cell: (permission) => permission },
              ...roles.map(({ role, permissions }) => ({
                key: role,
                title: `${role}: ${ROLE_WORDS[role]}`,
                cell: (permission: (typeof permissions)[number]) =>
                  permissions.includes(permission) ? (
                    <>
                      <Check size={15} aria-hidden />
                      <VisuallyHidden>yes</VisuallyHidden>
                    </>
                  ) : (
                    <VisuallyHidden>no</VisuallyHidden>
                  ),
              })),
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}
