import { decodeQR } from 'qr/decode.js';

const MAX_SIDE = 1200;

interface Barcodes {
  detect: (source: ImageBitmap) => Promise<{ rawValue: string }[]>;
}

declare global {
  // Of the Shape Detection API, which not every browser has.
  var BarcodeDetector: (new (options: { formats: string[] }) => Barcodes) | undefined;
}

/** The text of a QR code in an image: by the browser where it can, else by our own decoder; undefined where none is found. */
export async function readQr(image: ImageBitmap): Promise<string | undefined> {
  const own = await byBrowser(image).catch(() => undefined);
  return own ?? byDecoder(image);
}

async function byBrowser(image: ImageBitmap): Promise<string | undefined> {
  if (globalThis.BarcodeDetector === undefined) return undefined;
  const [found] = await new globalThis.BarcodeDetector({ formats: ['qr_code'] }).detect(image);
  return found?.rawValue;
}

function byDecoder(image: ImageBitmap): string | undefined {
  const scale = Math.min(1, MAX_SIDE / Math.max(image.width, image.height));
  const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (pen === null) return undefined;
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    // It throws where there is no code to be seen, which is most of the time.
    return undefined;
  }
}
