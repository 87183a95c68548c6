import ipad10 from '../profiles/apple/ipad-10.json' with { type: 'json' };
import browserChromium from '../profiles/generic/browser-chromium.json' with { type: 'json' };
import browserFirefox from '../profiles/generic/browser-firefox.json' with { type: 'json' };
import browserWebkit from '../profiles/generic/browser-webkit.json' with { type: 'json' };
import linuxArm64Gateway from '../profiles/generic/linux-arm64-gateway.json' with { type: 'json' };
import linuxX64Dev from '../profiles/generic/linux-x64-dev.json' with { type: 'json' };
import linuxX64Gateway from '../profiles/generic/linux-x64-gateway.json' with { type: 'json' };
import linuxX64MuslGateway from '../profiles/generic/linux-x64-musl-gateway.json' with { type: 'json' };
import lattepandaMu from '../profiles/lattepanda/lattepanda-mu.json' with { type: 'json' };
import moxaUc3400a from '../profiles/moxa/moxa-uc-3400a.json' with { type: 'json' };
import toughbookG2 from '../profiles/panasonic/toughbook-g2.json' with { type: 'json' };
import raspberryPi4 from '../profiles/raspberry-pi/raspberry-pi-4.json' with { type: 'json' };
import raspberryPi5 from '../profiles/raspberry-pi/raspberry-pi-5.json' with { type: 'json' };
import galaxyTabActive5 from '../profiles/samsung/galaxy-tab-active5.json' with { type: 'json' };
import simaticIot2050Advanced from '../profiles/siemens/simatic-iot2050-advanced.json' with { type: 'json' };
import browserTablet from '../templates/browser-tablet.json' with { type: 'json' };
import linuxGateway from '../templates/linux-gateway.json' with { type: 'json' };

/** Every profile by its path in this package. The linter compares this list with the folders. */
export const profileFiles: Readonly<Record<string, unknown>> = {
  'profiles/apple/ipad-10.json': ipad10,
  'profiles/generic/browser-chromium.json': browserChromium,
  'profiles/generic/browser-firefox.json': browserFirefox,
  'profiles/generic/browser-webkit.json': browserWebkit,
  'profiles/generic/linux-arm64-gateway.json': linuxArm64Gateway,
  'profiles/generic/linux-x64-dev.json': linuxX64Dev,
  'profiles/generic/linux-x64-gateway.json': linuxX64Gateway,
  'profiles/generic/linux-x64-musl-gateway.json': linuxX64MuslGateway,
  'profiles/lattepanda/lattepanda-mu.json': lattepandaMu,
  'profiles/moxa/moxa-uc-3400a.json': moxaUc3400a,
  'profiles/panasonic/toughbook-g2.json': toughbookG2,
  'profiles/raspberry-pi/raspberry-pi-4.json': raspberryPi4,
  'profiles/raspberry-pi/raspberry-pi-5.json': raspberryPi5,
  'profiles/samsung/galaxy-tab-active5.json': galaxyTabActive5,
  'profiles/siemens/simatic-iot2050-advanced.json': simaticIot2050Advanced,
};

/** Every template by its path in this package. */
export const templateFiles: Readonly<Record<string, unknown>> = {
  'templates/browser-tablet.json': browserTablet,
  'templates/linux-gateway.json': linuxGateway,
};
