import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { ApiProblem } from '../../api/problem.ts';
import { ProblemView } from '../page/problem-view.tsx';

export interface FormDialogProps {
  title: string;
  /** What follows from it. */
  about?: ReactNode;
  /** The verb on the button: never OK. */
  verb: string;
  leave?: string;
  isReady?: boolean;
  isDangerous?: boolean;
  size?: string;
  act: () => Promise<unknown>;
  onClose: () => void;
  /** @param faultOf what the server said is wrong with a field */
  children: (faultOf: FaultOf) => ReactNode;
}

export type FaultOf = (field: string) => string | undefined;

/** A form over a page: it stays open, with all that was typed, when the server refuses. */
export function FormDialog(props: FormDialogProps) {
  const { title, about, verb, leave = 'Leave it as it is', isReady = true, isDangerous = false, size, act } = props;
  const { onClose, children } = props;
  const [problem, setProblem] = useState<unknown>();
  const [isActing, setActing] = useState(false);
  const go = async (event: FormEvent) => {
    event.preventDefault();
    setActing(true);
    setProblem(undefined);
    try {
      await act();
      onClose();
    } catch (error) {
      setProblem(error);
      setActing(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      size={size ?? 'md'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={(event) => void go(event)} noValidate>
        <Stack>
          {about !== undefined && (
            <Text component="div" size="sm">
              {about}
            </Text>
          )}
          {children((field) => faultIn(problem, field))}
          {problem !== undefined && <ProblemView problem={problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {leave}
            </Button>
            <Button type="submit" color={isDangerous ? 'red.9' : 'steel'} loading={isActing} disabled={!isReady}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What a refusal says of one field, or of a part of it. */
export function faultIn(problem: unknown, field: string): string | undefined {
  if (!(problem instanceof ApiProblem) || problem.field === undefined) return undefined;
  const named = problem.field.replace(/^body\./, '');
  if (named !== field && !named.startsWith(`${field}.`)) return undefined;
  return problem.expected === undefined ? problem.message : `expected ${problem.expected.replace(/^expected /, '')}`;
}
