import { Tabs } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMay } from '../../api/session.ts';
import { Page } from '../../parts/page/page.tsx';
import { given, oneOf } from '../../parts/address/given.ts';
import { AlertList } from './alert-list.tsx';
import { Mails } from './mails.tsx';
import { Mutes } from './mutes.tsx';
import { Rules } from './rules.tsx';

const route = getRouteApi('/alerts');
const TABS = ['alerts', 'rules', 'mutes', 'mails'] as const;

/** What a person should know of, and who is told of it. */
export function Alerts() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/alerts' });
  const maySet = useMay('alerts:settings');
  const go = (change: Record<string, string | undefined>) =>
    void navigate({
      search: given(Object.fromEntries(Object.entries(change).map(([key, value]) => [key, value || undefined]))),
      replace: true,
    });
  return (
    <Page
      title="Alerts"
      about="What a person should know of: raised by itself, cleared when its cause has gone."
      docs="events"
    >
      <Tabs
        value={oneOf(TABS, search.tab) ?? 'alerts'}
        onChange={(tab) => go({ tab: tab === 'alerts' || tab === null ? undefined : tab })}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="alerts">Alerts</Tabs.Tab>
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="mutes">Mutes</Tabs.Tab>
          {maySet && <Tabs.Tab value="mails">Mails</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="alerts" pt="md">
          <AlertList search={search} onSearch={(change) => go({ ...change })} />
        </Tabs.Panel>
        <Tabs.Panel value="rules" pt="md">
          <Rules />
        </Tabs.Panel>
        <Tabs.Panel value="mutes" pt="md">
          <Mutes />
        </Tabs.Panel>
        {maySet && (
          <Tabs.Panel value="mails" pt="md">
            <Mails />
          </Tabs.Panel>
        )}
      </Tabs>
    </Page>
  );
}
