/** The Chromium of this machine, in which the browser tests run. */
import { existsSync } from 'node:fs';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const { CHROMIUM_PATH } = process.env;

/** Undefined if no browser was found. */
export const chromiumPath = (CHROMIUM_PATH ? [CHROMIUM_PATH] : USUAL).find((path) => existsSync(path));

/** The places that were searched, for the message that no browser was found. */
export const chromiumPlaces = CHROMIUM_PATH ?? 'the usual places';

/** Chromium has no sandbox when root runs it, and a container has little shared memory. */
export const CHROMIUM_ARGUMENTS = ['--no-sandbox', '--disable-dev-shm-usage'];
