import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { answered, api, setCsrf } from '../../../api/client.ts';
import { faultIn } from '../../../parts/dialogs/form-dialog.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { Section } from '../../../parts/page/section.tsx';

const SHORTEST = 12;

/** A new password ends every other session of the user. */
export function PasswordForm() {
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const { csrf } = await answered(api.POST('/api/v1/session/password', { body: { password, next } }));
      setCsrf(csrf);
      await queries.invalidateQueries({ queryKey: ['session'] });
      setPassword('');
      setNext('');
      setAgain('');
      notifications.show({ message: 'Your password is changed; every other session of yours has ended.' });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const isOther = again !== '' && again !== next;
  const length = [...next].length;
  return (
    <Section title="Password" about="Changing it signs you out everywhere else. Your API tokens stay.">
      <form onSubmit={(event) => void submit(event)}>
        <Stack maw={420}>
          <PasswordInput
            label="Password now"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            description={`At least ${SHORTEST} characters, without your name in it; a sentence is good`}
            autoComplete="new-password"
            required
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            error={faultIn(problem, 'password')}
          />
          <PasswordInput
            label="New password again"
            autoComplete="new-password"
            required
            value={again}
            onChange={(event) => setAgain(event.currentTarget.value)}
            error={isOther ? 'this is another one' : undefined}
          />
          {problem !== undefined && <ProblemView problem={problem} />}
          <Group>
            <Button type="submit" loading={isBusy} disabled={password === '' || length < SHORTEST || again !== next}>
              Change my password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
