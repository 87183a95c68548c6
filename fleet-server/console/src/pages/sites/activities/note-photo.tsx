import { Image, Modal, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { ApiProblem } from '../../../api/problem.ts';
import { size } from '../../../parts/values/figures.ts';
import type { NoteSaid } from './activity-of.ts';

/** A photo comes in pieces behind the note that speaks of it, over a link that may be slow. */
const LOOK_MS = 5_000;
const THUMBNAIL = { h: 96, w: 128 } as const;

/** A thumbnail that opens large; while its bytes are on their way it says so, and shows them when they are here. */
export function NotePhoto({
  site,
  photo: { sha256, sizeBytes },
  alt,
}: {
  site: string;
  photo: NonNullable<NoteSaid['value']['photo']>;
  alt: string;
}) {
  const [isMissing, setMissing] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const path = { site, sha256 };
  // An image says only that it failed: asked again, the server says why.
  const asked = useQuery({
    queryKey: ['photos', site, sha256],
    queryFn: async () => {
      await answered(api.GET('/api/v1/sites/{site}/photos/{sha256}', { params: { path }, parseAs: 'blob' }));
      setMissing(false);
      return true;
    },
    enabled: isMissing,
    retry: false,
    gcTime: 0,
    refetchInterval: LOOK_MS,
  });
  if (isMissing) {
    return (
      <Text size="sm" c="dimmed" role="status" py={4}>
        {whyMissing(asked.error)} ({size(sizeBytes)})
      </Text>
    );
  }
  const src = `/api/v1/sites/${encodeURIComponent(site)}/photos/${sha256}`;
  return (
    <>
      <UnstyledButton onClick={() => setOpen(true)} my={4} aria-label={`${alt}. Open it large`} display="block">
        <Image
          src={src}
          alt={alt}
          loading="lazy"
          fit="cover"
          radius="sm"
          {...THUMBNAIL}
          onError={() => setMissing(true)}
        />
      </UnstyledButton>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={alt}
        size="auto"
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Image src={src} alt={alt} fit="contain" mah="75vh" />
      </Modal>
    </>
  );
}

function whyMissing(error: unknown): string {
  if (!(error instanceof ApiProblem)) return 'The photo is being asked for.';
  if (error.code === 'photo_unknown') return 'The photo has not arrived yet.';
  if (error.code === 'photo_incomplete') return `The photo is on its way: ${error.message}.`;
  return `The photo cannot be shown: ${error.message}.`;
}
