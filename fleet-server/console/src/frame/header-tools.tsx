import { ActionIcon, Group, Menu, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LogOut, Moon, Settings, Sun, UserRound } from 'lucide-react';
import type { Connection } from '../api/live.ts';
import { sessionQuery, useSignOut } from '../api/session.ts';
import { StateBadge } from '../parts/values/badge.tsx';
import { PageMenuItem } from '../parts/address/links.tsx';

export function HeaderTools({ connection }: { connection: Connection }) {
  const { data } = useQuery(sessionQuery);
  const signOut = useSignOut();
  return (
    <Group gap="xs" wrap="nowrap">
      <span role="status">
        {connection.isLive ? (
          <StateBadge tone="good" title="Changes are shown as they happen">
            live
          </StateBadge>
        ) : (
          <StateBadge
            tone="waiting"
            title="What is shown may be old; it is looked at again as soon as the server answers"
          >
            reconnecting
          </StateBadge>
        )}
      </span>
      <SchemeSwitch />
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={`Signed in as ${data?.actor ?? 'nobody'}`}>
            <UserRound size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text size="sm" fw={600} component="span">
              {data?.actor.replace(/^user:/, '')}
            </Text>
          </Menu.Label>
          <PageMenuItem to="/settings" leftSection={<Settings size={14} aria-hidden />}>
            My account
          </PageMenuItem>
          <Menu.Item leftSection={<LogOut size={14} aria-hidden />} onClick={() => void signOut()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="default" size="lg" onClick={() => setColorScheme(next)} aria-label={`Use the ${next} colours`}>
      {scheme === 'dark' ? <Sun size={17} aria-hidden /> : <Moon size={17} aria-hidden />}
    </ActionIcon>
  );
}
