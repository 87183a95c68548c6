import { Button, Select, Tabs } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { Page } from '../../../parts/page/page.tsx';
import { download } from '../../../parts/tables/csv.ts';
import { given, oneOf } from '../../../parts/address/given.ts';
import { versionsQuery } from '../../models/model-queries.ts';
import { reportQuery } from '../queries.ts';
import { RefusalsTable } from '../refusals-table.tsx';
import { LineRetraining } from '../retraining/line-retraining.tsx';
import { Features } from './features.tsx';
import { Findings } from './findings.tsx';
import { Headline } from './headline.tsx';
import { Holds } from './holds.tsx';
import { Performance } from './performance.tsx';
import { Fairness } from './fairness.tsx';

const TABS = ['findings', 'performance', 'features', 'fairness', 'evidence', 'retraining'] as const;
const TITLES: Record<(typeof TABS)[number], string> = {
  findings: 'Findings',
  performance: 'Performance',
  features: 'Features and sites',
  fairness: 'Fairness',
  evidence: 'Held and refused',
  retraining: 'Retraining',
};

/** One line: the verdict in words, and everything it rests on. */
export function DriftLine() {
  const { line } = useParams({ from: '/drift/$line' });
  const search = useSearch({ from: '/drift/$line' });
  const navigate = useNavigate({ from: '/drift/$line' });
  const tab = oneOf(TABS, search.tab) ?? 'findings';
  return (
    <Page
      title={`Drift of ${line}`}
      docs="drift"
      about="What has moved, how surely and since when."
      actions={
        <>
          <VersionSelect
            line={line}
            value={search.version}
            onChange={(version) => void navigate({ search: (old) => given({ ...old, version }), replace: true })}
          />
          <ReportDownload line={line} version={search.version} />
        </>
      }
    >
      <Headline line={line} />
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: given({ tab: next ?? undefined, version: search.version }) })}
        keepMounted={false}
      >
        <Tabs.List aria-label="Parts of the drift of a line">
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {TITLES[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          {tab === 'findings' && <Findings line={line} />}
          {tab === 'performance' && <Performance line={line} version={search.version} />}
          {tab === 'features' && <Features line={line} version={search.version} />}
          {tab === 'fairness' && <Fairness line={line} version={search.version} />}
          {tab === 'evidence' && (
            <>
              <Holds line={line} />
              <RefusalsTable line={line} />
            </>
          )}
          {tab === 'retraining' && <LineRetraining line={line} turn={search.turn} />}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

export function VersionSelect({
  line,
  value,
  onChange,
}: {
  line: string;
  value: string | undefined;
  onChange: (version: string | undefined) => void;
}) {
  const { data = [] } = useInfiniteQuery(versionsQuery(line));
  const versions = data.map(({ version }) => version);
  return (
    <Select
      aria-label="Version"
      placeholder="version that counted last"
      size="xs"
      w={210}
      clearable
      clearButtonProps={{ 'aria-label': 'The version that counted last' }}
      data={versions}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

/** The figures of the report as the API has them; the page that draws them is made by the command line. */
function ReportDownload({ line, version }: { line: string; version: string | undefined }) {
  const { data } = useQuery(reportQuery(line, version));
  if (data === undefined) return null;
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<Download size={14} aria-hidden />}
      title={`As one page with drawings: plumbline drift report ${line}@${data.version}`}
      onClick={() =>
        download(`drift-${line}-${data.version}.json`, `${JSON.stringify(data, null, 2)}\n`, 'application/json')
      }
    >
      Report as JSON
    </Button>
  );
}
