import { Button, Text } from '@mantine/core';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { download, toCsv } from '../../../parts/tables/csv.ts';
import { LOG_HEADER, logRow, type LogEntry } from './log-table.ts';

const PAGE = 2000;

/** The whole log of the site, every entry there ever was, as a table. */
export function LogExport({ site, zone }: { site: string; zone: string }) {
  const [read, setRead] = useState<number>();
  const [problem, setProblem] = useState<unknown>();
  const run = async () => {
    setProblem(undefined);
    setRead(0);
    try {
      const entries: LogEntry[] = [];
      for (let cursor = 0, more = true; more;) {
        const query = { cursor, limit: PAGE };
        const page = await answered(api.GET('/api/v1/sites/{site}/log', { params: { path: { site }, query } }));
        entries.push(...page.entries);
        ({ cursor, more } = page);
        setRead(entries.length);
      }
      download(
        `${site}-log.csv`,
        toCsv(
          LOG_HEADER,
          entries.map((entry) => logRow(entry, zone)),
        ),
      );
    } catch (error) {
      setProblem(error);
    } finally {
      setRead(undefined);
    }
  };
  return (
    <>
      {problem !== undefined && <ProblemView problem={problem} again={run} />}
      <Text size="sm" c="dimmed" role="status">
        {read === undefined ? '' : `${read.toLocaleString('en')} entries read`}
      </Text>
      <Button
        variant="default"
        leftSection={<Download size={15} aria-hidden />}
        loading={read !== undefined}
        onClick={() => void run()}
      >
        Log as CSV
      </Button>
    </>
  );
}
