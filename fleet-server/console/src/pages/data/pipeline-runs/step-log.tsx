import { Box, Button, Checkbox, Group, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { counted } from '../../../parts/values/figures.ts';
import { Section } from '../../../parts/page/section.tsx';
import { useLog } from './use-log.ts';

/** What steps said, followed while the run goes on. @param step of this one alone */
export function StepLog({
  run,
  step,
  isFollowing,
  onAll,
}: {
  run: string;
  step: string | undefined;
  isFollowing: boolean;
  onAll: () => void;
}) {
  const { lines, error, refetch } = useLog(run, step, isFollowing);
  const [isAtEnd, setAtEnd] = useState(true);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isAtEnd && place.current !== null) place.current.scrollTop = place.current.scrollHeight;
  }, [lines, isAtEnd]);
  return (
    <Section
      title={step === undefined ? 'Log' : `Log of ${step}`}
      about={`${counted(lines.length, 'line')}${isFollowing ? ', followed as it grows' : ''}`}
      actions={
        <Group gap="sm">
          {step !== undefined && (
            <Button size="compact-sm" variant="default" onClick={onAll}>
              All steps
            </Button>
          )}
          <Checkbox
            label="Stay at the end"
            size="xs"
            checked={isAtEnd}
            onChange={(event) => setAtEnd(event.currentTarget.checked)}
          />
        </Group>
      }
    >
      {error !== null && <ProblemView problem={error} again={refetch} />}
      <Box
        ref={place}
        role="log"
        aria-label={step === undefined ? 'Log of all steps' : `Log of ${step}`}
        tabIndex={0}
        ff="monospace"
        fz="xs"
        h={280}
        p="xs"
        bd="1px solid var(--mantine-color-default-border)"
        style={{ overflow: 'auto', borderRadius: 6, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {lines.length === 0 ? (
          <Text size="xs" c="dimmed">
            Nothing was said yet.
          </Text>
        ) : (
          lines.map(({ seq, at, step: of, line }) => (
            <div key={seq}>
              <Text span size="xs" c="dimmed" ff="monospace">
                {new Date(at).toISOString().slice(11, 19)} {of}
              </Text>{' '}
              {line}
            </div>
          ))
        )}
      </Box>
    </Section>
  );
}
