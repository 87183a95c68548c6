import { deviceClassOf } from './device-class.ts';

/** User-Agent Client Hints, for which TypeScript has no types. */
interface ClientHints {
  getHighEntropyValues(hints: string[]): Promise<{ model?: string }>;
}

/** The class that an enrolment of this browser asks for. */
export async function profileHere(): Promise<string> {
  const { userAgentData } = navigator as { userAgentData?: ClientHints };
  const hints = await userAgentData?.getHighEntropyValues(['model']).catch(() => undefined);
  return deviceClassOf({
    userAgent: navigator.userAgent,
    touchPoints: navigator.maxTouchPoints,
    ...(hints?.model !== undefined && { model: hints.model }),
  });
}
