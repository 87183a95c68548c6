import { Button, Code, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { answered, api } from '../api/client.ts';
import { useSignIn } from '../api/session.ts';
import { ProblemView } from '../parts/problem-view.tsx';

/** Proves by a one-time code that whoever makes the first user also runs the server. */
export function FirstUser() {
  const signIn = useSignIn();
  const navigate = useNavigate();
  // The link that `plumbline setup` prints brings the code behind #, which no server and no log sees.
  const [code, setCode] = useState(() => new URLSearchParams(location.hash.slice(1)).get('code') ?? '');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
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
          This server has no user yet. On its machine <Code>plumbline setup</Code> prints a code that is good for an
          hour; the user made here is its admin.
        </Text>
        <TextInput label="Code" required value={code} onChange={(event) => setCode(event.currentTarget.value)} />
        <TextInput
          label="Your name"
          description="a–z, 0–9, dot and dash: the audit knows you by it"
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
          Make me the admin
        </Button>
      </Stack>
    </form>
  );
}
