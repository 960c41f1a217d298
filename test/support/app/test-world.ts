/** A `World` for testing one part without the rest of the server. */
import { type Config, readConfig } from '../../../src/config/config.js';
import { createLog } from '../../../src/lib/log.js';
import { createWorld, type World } from '../../../src/world.js';

interface Held extends Partial<Omit<World, 'config'>> {
  readonly config?: Partial<Config>;
}

export function testWorld({ config = {}, ...held }: Held = {}): World {
  const defaults = readConfig({ LATCHKEY_SECRET: Buffer.alloc(32, 'a secret').toString('base64') });
  return createWorld({ log: createLog('silent'), ...held, config: { ...defaults, ...config } });
}
