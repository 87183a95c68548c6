/** What only a page can see, and tells its worker. */
export interface PageFacts {
  power?: { onBattery: boolean; percent?: number };
  /** The app was put on the home screen. */
  installed: boolean;
  /** Somebody looks at it. */
  visible: boolean;
  /** There is a network, as far as the browser knows. */
  online: boolean;
}
