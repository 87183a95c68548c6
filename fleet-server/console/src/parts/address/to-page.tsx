import type { ReactNode } from 'react';
import { short } from '../values/figures.ts';
import { PageLink } from './links.tsx';

/** `NAME@VERSION` as a link to that dataset. */
export function DatasetLink({ name, version }: { name: string; version: string }) {
  return (
    <PageLink to="/data/datasets/$name/$version" params={{ name, version }} size="sm">
      {name}@{short(version)}
    </PageLink>
  );
}

export function ToDataset({ reference }: { reference: string }) {
  const at = reference.lastIndexOf('@');
  return at < 0 ? <>{reference}</> : <DatasetLink name={reference.slice(0, at)} version={reference.slice(at + 1)} />;
}

export function ToVersion({ line, version }: { line: string; version: string }) {
  return (
    <PageLink to="/models/$line/$version" params={{ line, version }} size="sm">
      {line}@{version}
    </PageLink>
  );
}

export function ToRun({ id, children }: { id: string; children?: ReactNode }) {
  return (
    <PageLink to="/data/runs/$id" params={{ id }} size="sm" style={{ whiteSpace: 'nowrap' }}>
      {children ?? id}
    </PageLink>
  );
}
