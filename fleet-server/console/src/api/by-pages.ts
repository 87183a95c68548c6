interface Page {
  next: string | null;
}

/** How TanStack Query goes through a list of the API: each answer names the cursor of the next one. */
export const BY_PAGES = {
  initialPageParam: '',
  getNextPageParam: ({ next }: Page) => next ?? undefined,
};

/** As the query of a request has it: none for the first page. */
export function cursorIn(pageParam: string): { cursor?: string } {
  return pageParam === '' ? {} : { cursor: pageParam };
}

/** All rows of a list, whatever that costs: for what is edited as a whole. */
export async function everyRow<P extends Page, Row>(
  ask: (pageParam: string) => Promise<P>,
  rowsOf: (page: P) => Row[],
) {
  const all: Row[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: P = await ask(cursor);
    all.push(...rowsOf(page));
    cursor = page.next;
  }
  return all;
}
