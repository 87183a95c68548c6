import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { DocsLink } from '../../../parts/page/page.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { Preview } from './preview.tsx';

/** A selector before anything is made of it. */
export function TrySelector() {
  const [selector, setSelector] = useState('');
  return (
    <Section
      title="Try a selector"
      about={
        <>
          Counts change as you type; nothing is kept. <DocsLink page="groups">What selectors can say</DocsLink>
        </>
      }
    >
      <TextInput
        label="Selector"
        placeholder={'site ~ "north-*" and not tag = spare'}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={selector}
        onChange={(event) => setSelector(event.currentTarget.value)}
      />
      <Preview selector={selector} />
    </Section>
  );
}
