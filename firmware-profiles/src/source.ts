import { z } from 'zod';

/** Title of a source that says: nobody else's figure, we chose it. */
export const OWN_CHOICE = 'plumbline';

/** Where the value of one or more fields comes from. */
export const source = z.strictObject({
  /** Paths in the profile, such as `memoryMb`, or a parent of them, such as `bounds`. */
  fields: z.array(z.string().min(1)).min(1),
  /** What the document says, or why we chose the value. */
  figure: z.string().min(1),
  title: z.string().min(1),
  url: z.url({ protocol: /^https$/ }).optional(),
  /** Day on which a contributor read the figure there; null: cited from memory, to be looked up. */
  retrieved: z.iso.date().nullable(),
});

export type Source = z.infer<typeof source>;

/** True when the source speaks for this path: by its name or by the name of a parent. */
export function covers({ fields }: Source, path: string): boolean {
  return fields.some((field) => path === field || path.startsWith(`${field}.`));
}
