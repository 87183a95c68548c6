import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { DoorOpen } from 'lucide-react';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';
import { PendingRow } from './pending-row.tsx';
import { pendingQuery } from './token-of.ts';

/** Devices that have asked with a good code and wait until somebody has compared. */
export function Pending() {
  const asked = useQuery(pendingQuery);
  return (
    <Section
      title="Waiting to be let in"
      about="Each has used a good code of the kind that a person approves. The fingerprint is of the key that the device made itself: who stands at the device reads it out."
    >
      <Loaded asked={asked}>
        {({ pending }) =>
          pending.length === 0 ? (
            <EmptyState icon={DoorOpen} title="Nobody waits">
              A device shows up here when its code asks for a person who compares (<code>--approval</code>).
            </EmptyState>
          ) : (
            <Stack>
              {pending.map((one) => (
                <PendingRow key={one.device} pending={one} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}
