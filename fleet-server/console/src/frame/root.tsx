import { Center, Loader, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useRef } from 'react';
import { isSignedOut } from '../api/problem.ts';
import { sessionQuery } from '../api/session.ts';
import { ProblemView } from '../parts/page/problem-view.tsx';
import { AppFrame } from './app-frame.tsx';
import { Entrance } from './entrance.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** The page for those who are signed in; a session that ends under an open page is taken up where it stood. */
export function Root() {
  const { data, error, isPending, refetch } = useQuery({ ...sessionQuery, refetchInterval: 60_000 });
  const wasIn = useRef(false);
  if (data !== undefined) wasIn.current = true;
  if (isPending) {
    return (
      <Center h="100dvh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  const isOut = isSignedOut(error);
  if (!wasIn.current) {
    if (isOut) return <Entrance />;
    return (
      <Center h="100dvh" p="md">
        <ProblemView problem={error} again={refetch} />
      </Center>
    );
  }
  return (
    <AppFrame>
      <Outlet />
      <Modal
        opened={isOut}
        onClose={() => {}}
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
        title="Your session has ended"
        centered
      >
        <SignInForm about="Sign in again to go on: nothing on this page is lost." />
      </Modal>
    </AppFrame>
  );
}
