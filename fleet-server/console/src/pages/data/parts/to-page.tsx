import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { short } from './figures.ts';

/** `NAME@VERSION` as a link to that dataset. */
export function DatasetLink({ name, version }: { name: string; version: string }) {
  return (
    <Anchor component={Link} to="/data/datasets/$name/$version" params={{ name, version } as never} size="sm">
      {name}@{short(version)}
    </Anchor>
  );
}

export function ToDataset({ reference }: { reference: string }) {
  const at = reference.lastIndexOf('@');
  return at < 0 ? <>{reference}</> : <DatasetLink name={reference.slice(0, at)} version={reference.slice(at + 1)} />;
}

export function ToVersion({ line, version }: { line: string; version: string }) {
  return (
    <Anchor component={Link} to="/models/$line/$version" params={{ line, version } as never} size="sm">
      {line}@{version}
    </Anchor>
  );
}

export function ToRun({ id, children }: { id: string; children?: ReactNode }) {
  return (
    <Anchor component={Link} to="/data/runs/$id" params={{ id } as never} size="sm" style={{ whiteSpace: 'nowrap' }}>
      {children ?? id}
    </Anchor>
  );
}
