import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../parts/page/page.tsx';
import { BatchJobs } from './batch/batch-jobs.tsx';
import { Datasets } from './datasets/datasets.tsx';
import { given, oneOf } from '../../parts/address/given.ts';
import { Pipelines } from './pipelines/pipelines.tsx';
import { Runs } from './runs/runs.tsx';

const TABS = {
  datasets: { title: 'Datasets', docs: 'datasets', shows: Datasets },
  runs: { title: 'Runs', docs: 'experiments', shows: Runs },
  pipelines: { title: 'Pipelines', docs: 'pipelines', shows: Pipelines },
  batch: { title: 'Batch scoring', docs: 'scoring', shows: BatchJobs },
};
const NAMES = Object.keys(TABS) as (keyof typeof TABS)[];

/** From which rows models come about, and how. */
export function Data() {
  const search = useSearch({ from: '/data' });
  const navigate = useNavigate({ from: '/data' });
  const tab = oneOf(NAMES, search.tab) ?? 'datasets';
  const { shows: Shown, docs } = TABS[tab];
  return (
    <Page title="Data and training" about="From which rows models come about, and how." docs={docs}>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: given({ tab: next ?? undefined }) })}
        keepMounted={false}
      >
        <Tabs.List aria-label="Parts of data and training">
          {NAMES.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {TABS[name].title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          <Shown />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
