import { Alert, Button, FileButton, Group, JsonInput, Modal, Stack, Text } from '@mantine/core';
import { FileUp } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { brokenAt, type ChainBreak } from './audit-of.ts';

/** A head that was kept elsewhere shows a chain that was cut short or written anew, which agrees with itself. */
export function VerifyDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [verdict, setVerdict] = useState<ChainBreak | null>();
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const change = (next: string) => {
    setText(next);
    setVerdict(undefined);
    setProblem(undefined);
  };
  const verify = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { broken } = await answered(api.POST('/api/v1/audit/verify', { body: { head: headIn(text) } }));
      setVerdict(broken);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title="Hold the chain against a kept head"
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <Text size="sm">
          Open or paste the file of an earlier signed head. Every row is read: the chain has to pass through that row
          with that hash, and the head has to be signed by this server.
        </Text>
        <JsonInput
          label="Kept head"
          placeholder='{"id":1042,"hash":"…","at":…,"publicKey":"…","signature":"…"}'
          autosize
          minRows={5}
          maxRows={12}
          value={text}
          onChange={change}
          data-autofocus
        />
        <FileButton accept=".json,application/json" onChange={(file) => void file?.text().then(change)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              leftSection={<FileUp size={15} aria-hidden />}
              style={{ alignSelf: 'flex-start' }}
            >
              Open the file
            </Button>
          )}
        </FileButton>
        {verdict === null && (
          <Alert color="teal" title="It holds" role="status">
            Everything up to that head is as it was when it was kept, and every row since follows from it.
          </Alert>
        )}
        {verdict !== null && verdict !== undefined && (
          <Alert color="red" title="It does not hold" role="alert">
            {brokenAt(verdict)}
          </Alert>
        )}
        {problem !== undefined && <ProblemView problem={problem} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button loading={isBusy} disabled={text.trim() === ''} onClick={() => void verify()}>
            Verify
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function headIn(text: string): Record<string, unknown> {
  try {
    const head: unknown = JSON.parse(text);
    if (typeof head === 'object' && head !== null) return head as Record<string, unknown>;
  } catch {
    // Told as what it is below.
  }
  throw new ApiProblem('this is no JSON', {
    code: 'audit_head_malformed',
    status: 0,
    field: 'head',
    expected: 'the file of a signed head, as it was saved',
  });
}
