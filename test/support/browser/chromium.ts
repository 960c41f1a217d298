/** The browser that tests are run in: the one that is on the machine. */
import { existsSync } from 'node:fs';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const { CHROMIUM_PATH } = process.env;

/** Undefined where there is none. */
export const chromiumPath = (CHROMIUM_PATH ? [CHROMIUM_PATH] : USUAL).find((path) => existsSync(path));

/** Where it was looked for. */
export const chromiumPlaces = CHROMIUM_PATH ?? 'the usual places';

/** Whoever runs tests as root has no sandbox, and a container has little shared memory. */
export const CHROMIUM_ARGUMENTS = ['--no-sandbox', '--disable-dev-shm-usage'];
