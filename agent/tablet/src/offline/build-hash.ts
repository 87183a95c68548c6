/** Of all files of this build, as `build.ts` wrote it into the page; undefined while developing. */
export function buildHash(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="plumbline-build"]')?.content;
}
