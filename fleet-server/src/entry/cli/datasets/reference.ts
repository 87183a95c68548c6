import { DatasetError } from '../../../learning/datasets/index.ts';

/** Where `NAME@VERSION` is in the API. @throws DatasetError `dataset_reference` */
export function pathOf(reference: string): string {
  const at = reference.lastIndexOf('@');
  if (at > 0 && at < reference.length - 1) {
    return `/api/v1/datasets/${encodeURIComponent(reference.slice(0, at))}/${encodeURIComponent(reference.slice(at + 1))}`;
  }
  throw new DatasetError('dataset_reference', `${reference} names no version of a dataset`, {
    field: 'dataset',
    expected: 'NAME@VERSION, of the version at least its first eight digits',
  });
}
