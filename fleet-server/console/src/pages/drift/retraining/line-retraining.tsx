import { Stack } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { MoreRows } from '../../../parts/tables/more-rows.tsx';
import { turnQuery, turnsQuery } from '../queries.ts';
import { OrderTurn } from './order-turn.tsx';
import { PolicyCard } from './policy-card.tsx';
import { TurnView } from './turn-view.tsx';
import { TurnsTable } from './turns-table.tsx';

/** Policy of a line, its turns, and one of them. @param turn the one that is looked at; the newest without */
export function LineRetraining({ line, turn }: { line: string; turn: string | undefined }) {
  const asked = useInfiniteQuery(turnsQuery(line));
  const listed = turn === undefined ? asked.data?.[0] : asked.data?.find(({ id }) => id === turn);
  // Of an older page, or of one that somebody sent.
  const alone = useQuery({ ...turnQuery(turn ?? ''), enabled: turn !== undefined && listed === undefined });
  const shown = listed ?? alone.data;
  return (
    <Stack>
      <PolicyCard line={line} />
      <Section title="Turns" actions={<OrderTurn line={line} />}>
        <Loaded asked={asked}>{(turns) => <TurnsTable turns={turns} />}</Loaded>
        <MoreRows asked={asked}>Older turns</MoreRows>
      </Section>
      {shown !== undefined && <TurnView turn={shown} />}
    </Stack>
  );
}
