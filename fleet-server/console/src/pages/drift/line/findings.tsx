import { Button, Code, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download, Search } from 'lucide-react';
import { download, toCsv } from '../../../parts/tables/csv.ts';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { day, whole } from '../../../parts/values/figures.ts';
import { given, oneOf } from '../../../parts/address/given.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { findingsQuery, type KeptFinding } from '../queries.ts';
import { KIND_NAMES, KINDS, SCOPES } from '../words.ts';
import { FindingsTable } from './findings-table.tsx';

const STANDINGS = ['standing', 'alarms', 'all'] as const;
const STANDING_WORDS = { standing: 'standing', alarms: 'all alarms', all: 'every look' };
const MOST_SHOWN = 200;

/** What looks have found, with filters that the address keeps. */
export function Findings({ line }: { line: string }) {
  const search = useSearch({ from: '/drift/$line' });
  const navigate = useNavigate({ from: '/drift/$line' });
  const kind = oneOf(KIND_NAMES, search.kind);
  const scope = oneOf(SCOPES, search.scope);
  const which = oneOf(STANDINGS, search.standing) ?? 'standing';
  const filter = {
    kind,
    version: search.version,
    ...(which === 'standing' && { standing: 'true' as const }),
    ...(which === 'alarms' && { alarm: 'true' as const }),
  };
  const asked = useQuery(findingsQuery(line, filter));
  const choose = (more: { kind?: string | undefined; scope?: string | undefined; standing?: string | undefined }) =>
    void navigate({ search: (old) => given({ ...old, ...more }), replace: true });
  const chosen = asked.data?.filter((one) => scope === undefined || one.scope.of === scope);
  return (
    <Section
      title="Findings"
      about="One answer of one look. Its chance is that of seeing it if nothing had changed; effects are in the unit of their test."
      actions={
        chosen !== undefined &&
        chosen.length > 0 && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Download size={14} aria-hidden />}
            onClick={() => download(`findings-${line}.csv`, csvOf(chosen))}
          >
            CSV
          </Button>
        )
      }
    >
      <Group gap="sm">
        <Select
          label="Kind"
          size="xs"
          w={170}
          clearable
          clearButtonProps={{ 'aria-label': 'Every kind' }}
          placeholder="every kind"
          data={KIND_NAMES.map((value) => ({ value, label: KINDS[value].word }))}
          value={kind ?? null}
          onChange={(next) => choose({ kind: next ?? undefined })}
        />
        <Select
          label="Scope"
          size="xs"
          w={150}
          clearable
          clearButtonProps={{ 'aria-label': 'Every scope' }}
          placeholder="every scope"
          data={[...SCOPES]}
          value={scope ?? null}
          onChange={(next) => choose({ scope: next ?? undefined })}
        />
        <Select
          label="Show"
          size="xs"
          w={150}
          allowDeselect={false}
          data={STANDINGS.map((value) => ({ value, label: STANDING_WORDS[value] }))}
          value={which}
          onChange={(next) => choose({ standing: next === 'standing' ? undefined : (next ?? undefined) })}
        />
        {kind !== undefined && (
          <Text size="sm" c="dimmed" mt={22}>
            {KINDS[kind].means}
          </Text>
        )}
      </Group>
      <Loaded asked={{ ...asked, data: chosen }}>
        {(findings) =>
          findings.length === 0 ? (
            <EmptyState icon={Search} title={which === 'standing' ? 'Nothing stands' : 'Nothing found'}>
              {which === 'all' ? (
                <>No look of this kind yet. Devices send their counts once a day is over.</>
              ) : (
                <>
                  No look found anything that {which === 'standing' ? 'lasts' : 'was an alarm'}. Choose “every look” to
                  see what was asked, or <Code>plumbline drift findings {line} --all</Code>
                </>
              )}
            </EmptyState>
          ) : (
            <>
              <FindingsTable line={line} findings={findings.slice(0, MOST_SHOWN)} />
              {findings.length > MOST_SHOWN && (
                <Text size="sm" c="dimmed">
                  The newest {MOST_SHOWN} of {whole(findings.length)}; narrow the filter, or take all as CSV.
                </Text>
              )}
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

function csvOf(findings: readonly KeptFinding[]): string {
  return toCsv(
    'id,kind,quality,version,scope,where,subject,alarm,standing,from,to,since,since_low,since_high,effect,p,n,devices,sites,sure,sentence,todo'.split(
      ',',
    ),
    findings.map((one) => [
      one.id,
      one.kind,
      one.quality,
      one.version,
      one.scope.of,
      one.scope.id,
      one.subject,
      one.alarm,
      one.standing,
      day(one.from),
      day(one.to),
      one.since && day(one.since.at),
      one.since && day(one.since.low),
      one.since && day(one.since.high),
      one.effect,
      one.p,
      one.n,
      one.devices,
      one.sites,
      one.sure,
      one.sentence,
      one.todo,
    ]),
  );
}
