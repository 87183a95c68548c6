import { Button, CopyButton, Group, Menu, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useMay } from '../../../api/session.ts';
import { Page } from '../../../parts/page/page.tsx';
import { short } from '../../../parts/values/figures.ts';
import { given, oneOf } from '../../../parts/address/given.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { datasetQuery, qualityQuery } from '../queries.ts';
import { Difference } from './difference.tsx';
import { FirstRows } from './first-rows.tsx';
import { Quality } from './quality.tsx';
import { Split } from './split.tsx';
import { Whence } from './whence.tsx';
import { PageLink } from '../../../parts/address/links.tsx';

const TABS = ['quality', 'rows', 'versions', 'difference'] as const;
const TITLES = { quality: 'Quality', rows: 'Rows', versions: 'Where it comes from', difference: 'Difference' };
const FORMATS = { csv: 'CSV', ndjson: 'JSON lines', parquet: 'Parquet', roles: 'Roles of its columns (YAML)' };

/** One version of a dataset. */
export function Dataset() {
  const path = useParams({ from: '/data/datasets/$name/$version' });
  const search = useSearch({ from: '/data/datasets/$name/$version' });
  const navigate = useNavigate({ from: '/data/datasets/$name/$version' });
  const mayWrite = useMay('learning:write');
  const tab = oneOf(TABS, search.tab) ?? 'quality';
  const asked = useQuery(datasetQuery(path));
  const quality = useQuery({ ...qualityQuery(path), enabled: tab === 'quality' });
  return (
    <Page
      title={`${path.name}@${short(path.version)}`}
      docs="datasets"
      about={
        <Group gap="xs">
          <Text size="sm" component="span" style={{ overflowWrap: 'anywhere' }}>
            {path.version}
          </Text>
          <CopyButton value={`${path.name}@${path.version}`}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy}>
                {copied ? 'Copied' : 'Copy the name'}
              </Button>
            )}
          </CopyButton>
          <PageLink to="/data" search={{ tab: 'datasets', name: path.name }} size="sm">
            All versions
          </PageLink>
        </Group>
      }
      actions={
        <>
          {mayWrite && <Split dataset={path} />}
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="xs" variant="default" leftSection={<Download size={14} aria-hidden />}>
                Take out
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {Object.entries(FORMATS).map(([format, title]) => (
                <Menu.Item
                  key={format}
                  component="a"
                  href={`/api/v1/datasets/${encodeURIComponent(path.name)}/${encodeURIComponent(path.version)}/export?format=${format}`}
                  download={`${path.name}-${short(path.version)}.${format === 'roles' ? 'roles.yaml' : format}`}
                >
                  {title}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: given({ tab: next ?? undefined }) })}
        keepMounted={false}
      >
        <Tabs.List aria-label="Parts of a dataset">
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {TITLES[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          <Loaded asked={asked} heightPx={420}>
            {(dataset) => (
              <>
                {tab === 'quality' && (
                  <Loaded asked={quality} heightPx={420}>
                    {(report) => <Quality report={report} />}
                  </Loaded>
                )}
                {tab === 'rows' && <FirstRows dataset={path} />}
                {tab === 'versions' && <Whence dataset={dataset} />}
                {tab === 'difference' && <Difference dataset={dataset} />}
              </>
            )}
          </Loaded>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
