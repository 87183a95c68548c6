import { Button, Group } from '@mantine/core';

export interface AskedByPages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Where a list is read page by page: the way to those that follow, while there are any. */
export function MoreRows({ asked, children }: { asked: AskedByPages; children: string }) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = asked;
  if (!hasNextPage) return null;
  return (
    <Group justify="center">
      <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {children}
      </Button>
    </Group>
  );
}
