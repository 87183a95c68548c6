import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { ProblemView } from '../page/problem-view.tsx';

export interface ConfirmProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What follows, in figures: `reverts 412 devices, 37 offline will follow when they return`. */
  consequences: ReactNode;
  /** The verb on the button: never OK. */
  verb: string;
  isDangerous?: boolean;
  /** Every act that others will ask about names its reason. */
  needsReason?: boolean;
  act: (reason: string) => Promise<unknown>;
}

/** Asks before something happens to devices, and stays open with the reason when the server refuses. */
export function Confirm({ opened, onClose, title, consequences, verb, isDangerous, needsReason, act }: ConfirmProps) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isActing, setActing] = useState(false);
  const close = () => {
    setProblem(undefined);
    setReason('');
    onClose();
  };
  const go = async () => {
    setActing(true);
    setProblem(undefined);
    try {
      await act(reason.trim());
      close();
    } catch (error) {
      setProblem(error);
    } finally {
      setActing(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title={title} centered closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <Text component="div" style={{ overflowWrap: 'anywhere' }}>
          {consequences}
        </Text>
        {needsReason === true && (
          <Textarea
            label="Reason"
            description="Kept in the audit and shown to everybody who asks why."
            required
            autosize
            minRows={2}
            maxLength={500}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        {problem !== undefined && <ProblemView problem={problem} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it as it is
          </Button>
          <Button
            color={isDangerous === true ? 'red.9' : 'steel'}
            loading={isActing}
            disabled={needsReason === true && reason.trim() === ''}
            onClick={() => void go()}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
