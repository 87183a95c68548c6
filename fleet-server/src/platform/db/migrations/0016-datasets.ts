import type { Migration } from './migration.ts';

/** Where a version of a dataset comes from, and what is wrong with it. Versions from before have neither. */
export const datasetLineage: Migration = {
  number: 16,
  name: 'dataset-lineage',
  statements: [
    'alter table datasets add column reader_version integer',
    'alter table datasets add column sources text',
    'alter table datasets add column quality text',
    'alter table datasets add column created_by text',
    `create table dataset_parents (
      child text not null,
      parent text not null,
      operation text not null,
      primary key (child, parent)
    )`,
    'create index dataset_parents_by_parent on dataset_parents (parent)',
  ],
};
