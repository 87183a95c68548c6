import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { UserX } from 'lucide-react';
import { useMay } from '../../api/session.ts';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Page } from '../../parts/page/page.tsx';
import { given, oneOf } from '../../parts/address/given.ts';
import { DeviceList } from './device-list.tsx';
import { OneDevice } from './one-device.tsx';
import { Pending } from './pending.tsx';
import { pendingQuery } from './token-of.ts';
import { PageLink } from '../../parts/address/links.tsx';

const route = getRouteApi('/devices/enrol');
const TABS = ['one', 'list', 'waiting'] as const;

/** How a device gets its name: a one-time code, and where it is asked for, a person who compares. */
export function Enrol() {
  const { tab, site } = route.useSearch();
  const navigate = useNavigate({ from: '/devices/enrol' });
  const mayEnrol = useMay('devices:enrol');
  const { data } = useQuery(pendingQuery);
  const waiting = data?.pending.length ?? 0;
  return (
    <Page
      title="Enrol devices"
      about={
        <>
          A one-time code gives a gateway or tablet its name and its certificate.{' '}
          <PageLink to="/devices" size="sm" underline="always">
            All devices
          </PageLink>
        </>
      }
      docs="gateway"
    >
      <Tabs
        value={oneOf(TABS, tab) ?? (mayEnrol ? 'one' : 'waiting')}
        onChange={(next) => void navigate({ search: given({ site, tab: next ?? undefined }), replace: true })}
      >
        <Tabs.List>
          <Tabs.Tab value="one">One device</Tabs.Tab>
          <Tabs.Tab value="list">A list of devices</Tabs.Tab>
          <Tabs.Tab value="waiting">Waiting to be let in ({waiting})</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="one" pt="md">
          {mayEnrol ? <OneDevice site={site} /> : <NotYou />}
        </Tabs.Panel>
        <Tabs.Panel value="list" pt="md">
          {mayEnrol ? <DeviceList /> : <NotYou />}
        </Tabs.Panel>
        <Tabs.Panel value="waiting" pt="md">
          <Pending />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function NotYou() {
  return (
    <EmptyState icon={UserX} title="Your role makes no codes">
      An operator of the site does; an admin gives roles (Settings → Users).
    </EmptyState>
  );
}
