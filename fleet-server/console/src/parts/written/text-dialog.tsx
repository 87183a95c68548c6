import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useRef, useState, type ReactNode } from 'react';
import { ProblemView } from '../page/problem-view.tsx';
import { Differences } from './differences.tsx';
import { Faults } from './faults.tsx';
import type { Written } from './written.ts';

export interface TextDialogProps {
  title: string;
  about: ReactNode;
  /** What it is, by its name: `the pipeline weekly`. */
  whatOf: (name: string) => string;
  /** What it says when it is opened. */
  text: string;
  /** Asks the server what is wrong with a text, or what putting it would change. */
  check: (text: string) => Promise<Written>;
  /** What is put is what was checked, over the revision that it was checked against. */
  put: (checked: Written) => Promise<unknown>;
  onClose: () => void;
}

/** A text of YAML: checked by the server, then put, knowing what changes. It stays as it was typed when it is refused. */
export function TextDialog({ title, about, whatOf, text: first, check, put, onClose }: TextDialogProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(first);
  const [checked, setChecked] = useState<Written & { of: string }>();
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  // What was said of another text says nothing of this one.
  const known = checked?.of === text ? checked : undefined;
  const isGood = known !== undefined && known.problems.length === 0;
  const work = async (does: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await does();
    } catch (error) {
      setProblem(error);
      // Somebody else wrote it meanwhile: what would change has to be looked at again.
      setChecked(undefined);
    } finally {
      setBusy(false);
    }
  };
  const look = () => work(async () => setChecked({ ...(await check(text)), of: text }));
  const go = (good: Written) =>
    work(async () => {
      await put(good);
      onClose();
    });
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      size="xl"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <Text component="div" size="sm">
          {about}
        </Text>
        <Textarea
          ref={area}
          label="Text"
          description="YAML or JSON. Tab leaves the field."
          autosize
          minRows={10}
          maxRows={22}
          spellCheck={false}
          data-autofocus
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8rem' } }}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {known !== undefined && !isGood && (
          <Faults problems={known.problems} onLine={(line) => goToLine(area.current, line)} />
        )}
        {isGood && <Differences what={whatOf(known.name ?? '')} written={known} />}
        {problem !== undefined && <ProblemView problem={problem} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave it as it is
          </Button>
          {isGood && known.action !== 'unchanged' ? (
            <Button loading={isBusy} onClick={() => void go(known)}>
              {known.action === 'create' ? 'Make it' : 'Change it'}
            </Button>
          ) : (
            <Button loading={isBusy} disabled={text.trim() === ''} onClick={() => void look()}>
              Check it
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

/** Selects a line, counted from 1. */
function goToLine(area: HTMLTextAreaElement | null, line: number): void {
  if (area === null) return;
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
}
