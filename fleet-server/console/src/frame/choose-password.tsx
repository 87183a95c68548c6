import { Button, Code, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { answered, api } from '../api/client.ts';
import { useSignIn } from '../api/session.ts';
import { ProblemView } from '../parts/page/problem-view.tsx';

export interface CodeGiven {
  code: string;
  name: string;
}

/** What the link of an admin, or of `plumbline setup`, carries behind #, which no server and no log sees. */
export function codeInAddress(): CodeGiven | undefined {
  const given = new URLSearchParams(location.hash.slice(1));
  const code = given.get('code');
  return code === null ? undefined : { code, name: given.get('name') ?? '' };
}

const FIRST = {
  about: (
    <>
      This server has no user yet. On its machine <Code>plumbline setup</Code> prints a code that is good for an hour;
      the user made here is its admin.
    </>
  ),
  naming: 'Your name',
  rule: 'a–z, 0–9, dot and dash: the audit knows you by it',
  verb: 'Make me the admin',
};
const INVITED = {
  about: 'An admin has made a one-time code for you. Choose your password with it; nobody else ever knows it.',
  naming: 'Name',
  rule: undefined,
  verb: 'Choose this password',
};

/**
 * A one-time code makes a password that nobody else knows: of whoever runs the server, or of whom an admin let in.
 * @param isFirst the server has no user yet
 */
export function ChoosePassword({
  given,
  isFirst = false,
  onLeave,
}: {
  given: CodeGiven | undefined;
  isFirst?: boolean;
  onLeave?: () => void;
}) {
  const signIn = useSignIn();
  const navigate = useNavigate();
  const [code, setCode] = useState(given?.code ?? '');
  const [name, setName] = useState(given?.name ?? '');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const { about, naming, rule, verb } = isFirst ? FIRST : INVITED;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await answered(api.POST('/api/v1/setup', { body: { code: code.trim(), name: name.trim(), password } }));
      await signIn(name.trim(), password);
      // Away from the link with the code in it.
      await navigate({ to: '/', replace: true });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm" c="dimmed" component="div">
          {about}
        </Text>
        <TextInput label="Code" required value={code} onChange={(event) => setCode(event.currentTarget.value)} />
        <TextInput
          label={naming}
          description={rule}
          autoComplete="username"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          description="at least 12 characters; a sentence is good"
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {problem !== undefined && <ProblemView problem={problem} />}
        <Button type="submit" loading={isBusy}>
          {verb}
        </Button>
        {onLeave !== undefined && (
          <Button variant="subtle" onClick={onLeave}>
            I have a password
          </Button>
        )}
      </Stack>
    </form>
  );
}
