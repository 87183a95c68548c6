import {
  Box,
  Button,
  Card,
  Code,
  Group,
  Skeleton,
  Stack,
  Table,
  Text,
  UnstyledButton,
  VisuallyHidden,
} from '@mantine/core';
import { BookText, ChevronDown, ChevronRight } from 'lucide-react';
import { Fragment, useState } from 'react';
import { useServerNow } from '../../api/server-clock.ts';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Ago, clock } from '../../parts/values/time.tsx';
import { SubjectLink } from '../alerts/subject-link.tsx';
import { actorWords, reasonOf, type AuditRow } from './audit-of.ts';

interface More {
  isBusy: boolean;
  load: () => void;
}

/** Rows, newest first, each with its details behind it; older ones are asked for. */
export function AuditRows(props: {
  rows: readonly AuditRow[];
  isLoading: boolean;
  isFiltered: boolean;
  more: More | undefined;
}) {
  const { rows, isLoading, isFiltered, more } = props;
  const now = useServerNow();
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const turn = (id: number) =>
    setOpen((before) => (before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id])));
  if (isLoading) {
    return (
      <Stack gap={8} aria-hidden>
        {Array.from({ length: 12 }, (_, key) => (
          <Skeleton key={key} height={34} />
        ))}
      </Stack>
    );
  }
  if (rows.length === 0) {
    return (
      <Card withBorder>
        <EmptyState icon={BookText} title={isFiltered ? 'No row is like that' : 'Nothing has been done yet'}>
          {isFiltered
            ? 'Names are written whole: user:ana, device:gateway-7, rollouts.pause; rollouts. finds all of a room.'
            : 'Everything that changes the fleet is written here, whoever did it.'}
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card withBorder padding={0}>
      <Box role="region" aria-label="Audit" tabIndex={0} style={{ overflowX: 'auto' }}>
        <Table fz="sm" verticalSpacing={6} horizontalSpacing="sm" miw={720} layout="fixed" highlightOnHover>
          <caption style={{ captionSide: 'top', height: 0, padding: 0, lineHeight: 0 }}>
            <VisuallyHidden>Who did what to what, newest first</VisuallyHidden>
          </caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col" w={70}>
                Row
              </Table.Th>
              <Table.Th scope="col" w={125}>
                When
              </Table.Th>
              <Table.Th scope="col" w={115}>
                Who
              </Table.Th>
              <Table.Th scope="col" w={165}>
                Did what
              </Table.Th>
              <Table.Th scope="col">To what</Table.Th>
              <Table.Th scope="col">Why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Fragment key={row.id}>
                <Table.Tr>
                  <Table.Td>
                    <UnstyledButton
                      fz="sm"
                      className="tabular"
                      aria-expanded={open.has(row.id)}
                      aria-label={`Details of row ${row.id}`}
                      onClick={() => turn(row.id)}
                    >
                      {open.has(row.id) ? (
                        <ChevronDown size={13} aria-hidden />
                      ) : (
                        <ChevronRight size={13} aria-hidden />
                      )}{' '}
                      {row.id}
                    </UnstyledButton>
                  </Table.Td>
                  <Table.Td>
                    <Ago at={row.at} now={now} />
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{actorWords(row.actor)}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{row.action}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    <SubjectLink subject={row.subject} />
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm" lineClamp={open.has(row.id) ? 20 : 1}>
                      {reasonOf(row) ?? '–'}
                    </Text>
                  </Table.Td>
                </Table.Tr>
                {open.has(row.id) && <Details row={row} />}
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
      <Group justify="center" p="sm">
        {more === undefined ? (
          <Text size="sm" c="dimmed">
            {rows.length} {rows.length === 1 ? 'row' : 'rows'}: that is all of them.
          </Text>
        ) : (
          <Button variant="default" loading={more.isBusy} onClick={more.load}>
            Older rows
          </Button>
        )}
      </Group>
    </Card>
  );
}

function Details({ row: { id, at, actor, details, hash, previousHash } }: { row: AuditRow }) {
  return (
    <Table.Tr>
      <Table.Td colSpan={6}>
        <Stack gap={4}>
          <Text size="sm">
            {clock(at)} ({new Date(at).toISOString()}) by <b>{actor}</b>
          </Text>
          <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: 320, overflow: 'auto' }}>
            {JSON.stringify(details, undefined, 2)}
          </Code>
          <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            row {id} hash {hash}
            <br />
            before it {previousHash || 'nothing'}
          </Text>
        </Stack>
      </Table.Td>
    </Table.Tr>
  );
}
