const MAX_SIDE = 1600;
/** What a note may carry: MAX_PHOTO_BYTES of shared/wire, which is not loaded for this one number. */
const MAX_BYTES = 1_048_576;
const QUALITIES = [0.82, 0.65, 0.45, 0.25];

/**
 * A photo small enough for a link that is paid by the megabyte. Drawn anew, it also loses what a camera writes beside the
 * picture: place, time and owner.
 * @throws where it is no image
 */
export async function shrinkPhoto(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, MAX_SIDE / Math.max(image.width, image.height));
  const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  for (const quality of QUALITIES) {
    const made = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    if (made.size <= MAX_BYTES) return new Uint8Array(await made.arrayBuffer());
  }
  throw new RangeError('the photo stays too large');
}
