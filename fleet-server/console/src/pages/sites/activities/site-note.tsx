import { Box, Text } from '@mantine/core';
import { clock } from '../../../parts/values/time.tsx';
import type { NoteSaid } from './activity-of.ts';
import { NotePhoto } from './note-photo.tsx';

/** What somebody remarked, with the photo it speaks of. */
export function SiteNote({ site, zone, note }: { site: string; zone: string; note: NoteSaid }) {
  const { actor, at, value } = note;
  return (
    <Box component="figure" m={0} pl="sm" style={{ borderLeft: '3px solid var(--mantine-color-default-border)' }}>
      {value.text !== '' && (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {value.text}
        </Text>
      )}
      {value.photo !== undefined && (
        <NotePhoto
          site={site}
          photo={value.photo}
          alt={value.text === '' ? `Photo by ${actor}, ${clock(at, zone)}` : `Photo by ${actor}: ${value.text}`}
        />
      )}
      <Text component="figcaption" size="xs" c="dimmed">
        {actor}, {clock(at, zone)}
      </Text>
    </Box>
  );
}
