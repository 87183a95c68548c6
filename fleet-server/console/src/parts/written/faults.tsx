import { Alert, Anchor, List, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { counted } from '../values/figures.ts';
import type { Written } from './written.ts';

const SHOWN = 20;

/** Everything that is wrong with a text, each by its line and path. */
export function Faults({ problems, onLine }: { problems: Written['problems']; onLine: (line: number) => void }) {
  return (
    <Alert
      color="red"
      role="alert"
      icon={<CircleAlert aria-hidden />}
      title={`${counted(problems.length, 'thing')} ${problems.length === 1 ? 'is' : 'are'} wrong; nothing was changed`}
    >
      <List size="sm" spacing={4}>
        {problems.slice(0, SHOWN).map(({ line, field, message }) => (
          <List.Item key={`${line} ${field} ${message}`}>
            <Anchor component="button" type="button" size="sm" underline="always" onClick={() => onLine(line)}>
              Line {line}
            </Anchor>
            , <code>{field}</code>: {message}
          </List.Item>
        ))}
      </List>
      {problems.length > SHOWN && <Text size="sm">and {problems.length - SHOWN} more</Text>}
    </Alert>
  );
}
