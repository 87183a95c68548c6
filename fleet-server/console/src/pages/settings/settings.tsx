import { Tabs } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../../api/session.ts';
import { Page } from '../../parts/page/page.tsx';
import { About } from './about.tsx';
import { Account } from './account/account.tsx';
import { Groups } from './groups/groups.tsx';
import { Policies } from './policies/policies.tsx';
import { Users } from './users/users.tsx';
import { Webhooks } from './webhooks/webhooks.tsx';

const route = getRouteApi('/settings');

/** Oneself, who else may come in, and what the fleet is told to do by name. */
export function Settings() {
  const { tab, webhook, policy, group } = route.useSearch();
  const navigate = useNavigate({ from: '/settings' });
  const mayAdmin = useMay('access:admin');
  const maySeeWebhooks = useMay('webhooks:read');
  const open = (name: 'webhook' | 'policy' | 'group') => (id: string | undefined) =>
    void navigate({
      search: { ...(tab !== undefined && { tab }), ...(id !== undefined && { [name]: id }) },
      replace: true,
    });
  const tabs: [key: string, label: string, panel: ReactNode][] = [
    ['account', 'My account', <Account key="account" />],
    ...(mayAdmin ? ([['users', 'Users', <Users key="users" />]] as [string, string, ReactNode][]) : []),
    ...(maySeeWebhooks
      ? ([['webhooks', 'Webhooks', <Webhooks key="webhooks" chosen={webhook} onOpen={open('webhook')} />]] as [
          string,
          string,
          ReactNode,
        ][])
      : []),
    ['policies', 'Policies', <Policies key="policies" chosen={policy} onOpen={open('policy')} />],
    ['groups', 'Groups', <Groups key="groups" chosen={group} onOpen={open('group')} />],
    ['about', 'About', <About key="about" />],
  ];
  const here = tabs.find(([key]) => key === tab)?.[0] ?? 'account';
  return (
    <Page title="Settings" about="Your account, who may do what, and what the fleet knows by name." docs="access">
      <Tabs
        value={here}
        onChange={(next) =>
          void navigate({ search: next === null || next === 'account' ? {} : { tab: next }, replace: true })
        }
        keepMounted={false}
      >
        <Tabs.List>
          {tabs.map(([key, label]) => (
            <Tabs.Tab key={key} value={key}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(([key, , panel]) => (
          <Tabs.Panel key={key} value={key} pt="md">
            {panel}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
