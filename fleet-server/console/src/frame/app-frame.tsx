import { AppShell, Burger, Group, ScrollArea, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useRouterState } from '@tanstack/react-router';
import {
  Activity,
  Bell,
  BookText,
  Boxes,
  Database,
  Gauge,
  HardDrive,
  MapPin,
  Rocket,
  Settings,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useLive } from '../api/live.ts';
import { FreezeBanner } from './freeze-banner.tsx';
import { LostBanner } from './lost-banner.tsx';
import { HeaderTools } from './header-tools.tsx';
import { PageNavLink, type PagePath } from '../parts/address/links.tsx';

const LINKS: [to: PagePath, label: string, icon: LucideIcon][] = [
  ['/', 'Overview', Gauge],
  ['/devices', 'Devices', HardDrive],
  ['/sites', 'Sites', MapPin],
  ['/models', 'Models', Boxes],
  ['/rollouts', 'Rollouts', Rocket],
  ['/drift', 'Drift and quality', Activity],
  ['/data', 'Data and training', Database],
  ['/alerts', 'Alerts', Bell],
  ['/audit', 'Audit', BookText],
  ['/settings', 'Settings', Settings],
];

export function AppFrame({ children }: { children: ReactNode }) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const connection = useLive();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Pages" />
            <Link
              to="/"
              style={{ display: 'flex', gap: 8, alignItems: 'center', color: 'inherit', textDecoration: 'none' }}
            >
              <img src="/plumb.svg" width={26} height={26} alt="" />
              <Text fw={700}>Plumbline</Text>
            </Link>
          </Group>
          <HeaderTools connection={connection} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <ScrollArea>
          {LINKS.map(([to, label, Icon]) => {
            const isHere = to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
            return (
              <PageNavLink
                key={to}
                to={to}
                label={label}
                leftSection={<Icon size={17} aria-hidden />}
                active={isHere}
                aria-current={isHere ? 'page' : undefined}
                onClick={close}
                style={{ borderRadius: 6 }}
              />
            );
          })}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <LostBanner connection={connection} />
        <FreezeBanner />
        {children}
      </AppShell.Main>
    </AppShell>
  );
}
