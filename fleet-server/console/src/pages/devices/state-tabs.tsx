import { Group, UnstyledButton } from '@mantine/core';
import { StateBadge } from '../../parts/values/badge.tsx';
import { DEVICE_STATES, type DevicePage, type DeviceState } from './device-of.ts';
import { STATE_TONES, STATE_WORDS } from './device-state.ts';

/** How many of each state the search finds; one press shows those alone. */
export function StateTabs({
  counts,
  state,
  onChange,
}: {
  counts: DevicePage['counts'] | undefined;
  state: DeviceState | undefined;
  onChange: (state: DeviceState | undefined) => void;
}) {
  return (
    <Group gap="xs" role="group" aria-label="States" mih={28}>
      {DEVICE_STATES.map((one) => (
        <UnstyledButton
          key={one}
          aria-pressed={state === one}
          onClick={() => onChange(state === one ? undefined : one)}
          style={{
            borderRadius: 999,
            padding: 2,
            outline: state === one ? '2px solid var(--mantine-primary-color-filled)' : 'none',
          }}
        >
          <StateBadge tone={STATE_TONES[one]}>
            {`${counts === undefined ? '…' : counts[one].toLocaleString('en')} ${STATE_WORDS[one]}`}
          </StateBadge>
        </UnstyledButton>
      ))}
    </Group>
  );
}
