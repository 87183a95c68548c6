import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { turnsQuery } from '../queries.ts';
import { OrderTurn } from './order-turn.tsx';
import { PolicyCard } from './policy-card.tsx';
import { TurnView } from './turn-view.tsx';
import { TurnsTable } from './turns-table.tsx';

/** Policy of a line, its turns, and one of them. @param turn the one that is looked at; the newest without */
export function LineRetraining({ line, turn }: { line: string; turn: string | undefined }) {
  const asked = useQuery(turnsQuery(line));
  const shown = asked.data?.find(({ id }) => id === turn) ?? (turn === undefined ? asked.data?.[0] : undefined);
  return (
    <Stack>
      <PolicyCard line={line} />
      <Section title="Turns" actions={<OrderTurn line={line} />}>
        <Loaded asked={asked}>{(turns) => <TurnsTable turns={turns} />}</Loaded>
      </Section>
      {shown !== undefined && <TurnView turn={shown} />}
    </Stack>
  );
}
