import { Badge, type MantineColor } from '@mantine/core';
import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CirclePause,
  CircleX,
  Clock,
  type LucideIcon,
} from 'lucide-react';

/** How much a state asks of a person. */
export type Tone = 'good' | 'busy' | 'waiting' | 'warning' | 'bad' | 'quiet' | 'stopped' | 'unknown';

const LOOKS: Record<Tone, { color: MantineColor; icon: LucideIcon }> = {
  good: { color: 'teal', icon: CircleCheck },
  busy: { color: 'steel', icon: CircleDashed },
  waiting: { color: 'yellow', icon: Clock },
  warning: { color: 'orange', icon: CircleAlert },
  bad: { color: 'red', icon: CircleX },
  quiet: { color: 'gray', icon: CirclePause },
  stopped: { color: 'gray', icon: Ban },
  unknown: { color: 'gray', icon: CircleHelp },
};

/** A state in a word, with a sign and a colour: never by colour alone. */
export function StateBadge({ tone, children, title }: { tone: Tone; children: string; title?: string | undefined }) {
  const { color, icon: Icon } = LOOKS[tone];
  return (
    <Badge
      variant="light"
      color={color}
      leftSection={<Icon size={12} aria-hidden color={`var(--mantine-color-${color}-filled)`} />}
      // Letters this small are read in the colour of text: the sign and the ground carry the tone.
      c="var(--mantine-color-text)"
      tt="none"
      fw={600}
      // A column that is narrow wraps its other words: a state that is cut off says nothing.
      miw="max-content"
      {...(title === undefined ? {} : { title })}
    >
      {children}
    </Badge>
  );
}
