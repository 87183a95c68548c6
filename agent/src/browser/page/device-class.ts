/** What a browser tells of the machine it runs on. */
export interface BrowserTells {
  userAgent: string;
  touchPoints: number;
  /** `SM-X306B`: by the client hints, which only Chromium has. */
  model?: string;
}

/** Firmware profile of the tablet this is; of its engine, where the browser does not tell or nobody knows that tablet. */
export function deviceClassOf({ userAgent, touchPoints, model = '' }: BrowserTells): string {
  // Safari says that it runs on a Mac; Macs have no touch screen.
  if (/iPad|Macintosh/.test(userAgent) && touchPoints > 1) return 'ipad-10';
  if (/\bSM-X30[06]/i.test(`${model} ${userAgent}`)) return 'galaxy-tab-active5';
  if (/Firefox\//.test(userAgent)) return 'browser-firefox';
  return /Chrom(e|ium)\//.test(userAgent) ? 'browser-chromium' : 'browser-webkit';
}
