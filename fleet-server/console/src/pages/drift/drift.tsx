import { Tabs } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../parts/page/page.tsx';
import { given, oneOf } from '../../parts/address/given.ts';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';
import { AutomationSwitch } from './retraining/automation-switch.tsx';
import { TurnsTable } from './retraining/turns-table.tsx';
import { LinesTable } from './lines-table.tsx';
import { MoreRows } from '../../parts/tables/more-rows.tsx';
import { turnsQuery } from './queries.ts';
import { RefusalsTable } from './refusals-table.tsx';

const TABS = ['lines', 'retraining', 'refusals'] as const;

/** What has moved, how surely, and what is being done about it. */
export function Drift() {
  const search = useSearch({ from: '/drift' });
  const navigate = useNavigate({ from: '/drift' });
  const tab = oneOf(TABS, search.tab) ?? 'lines';
  return (
    <Page
      title="Drift and quality"
      about="What has moved since training, how surely and since when, and what retraining did about it."
      docs="drift"
    >
      <AutomationSwitch />
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: given({ tab: next ?? undefined }) })}
        keepMounted={false}
      >
        <Tabs.List aria-label="Parts of drift and quality">
          <Tabs.Tab value="lines">Lines</Tabs.Tab>
          <Tabs.Tab value="retraining">Retraining</Tabs.Tab>
          <Tabs.Tab value="refusals">Refused evidence</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="lines" pt="md">
          <LinesTable />
        </Tabs.Panel>
        <Tabs.Panel value="retraining" pt="md">
          <AllTurns />
        </Tabs.Panel>
        <Tabs.Panel value="refusals" pt="md">
          <RefusalsTable />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function AllTurns() {
  const asked = useInfiniteQuery(turnsQuery());
  return (
    <Section title="Turns of retraining" about="The newest first; a turn examines whether another model is better.">
      <Loaded asked={asked}>{(turns) => <TurnsTable turns={turns} />}</Loaded>
      <MoreRows asked={asked}>Older turns</MoreRows>
    </Section>
  );
}
