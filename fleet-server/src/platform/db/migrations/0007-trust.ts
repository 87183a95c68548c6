import type { Migration } from './migration.ts';

/**
 * The image repository takes the place of the line documents. What those released was signed under a root that no
 * device knows any more: the versions stay as history, and none of them is a release.
 */
export const trust: Migration = {
  number: 7,
  name: 'trust',
  statements: [
    `create table repository_metadata (
      role text not null,
      version integer not null,
      sha256 text not null,
      bytes blob not null,
      created_at integer not null,
      primary key (role, version)
    )`,
    'create index repository_metadata_by_sha256 on repository_metadata (sha256)',
    `create table line_drafts (
      line text not null,
      document integer not null,
      kind text not null,
      release text,
      state text not null,
      bytes blob not null,
      created_at integer not null,
      primary key (line, document)
    )`,
    `create table model_payloads (
      sha256 text not null,
      line text not null,
      version text not null,
      variant text not null,
      primary key (sha256, line, version, variant)
    )`,
    'create index model_variants_by_archive on model_variants (archive)',
    `create table device_staleness (
      device text primary key,
      connection text,
      behind_since integer not null,
      stale_since integer
    )`,
    'drop table line_documents',
    "update model_versions set state = 'refused' where state in ('published', 'awaiting-approval')",
    // Reports of the former form say nothing of trust; each device sends a new one when it connects.
    'update devices set report = null',
  ],
};
