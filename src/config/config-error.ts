/** The error for a wrong configuration. It names every wrong setting at once. */
import { OperatorFault } from '../lib/operator-fault.js';

/** One wrong setting: its name, the value found (secrets masked), and the value expected. */
export interface ConfigFault {
  readonly setting: string;
  readonly found: string;
  readonly expected: string;
}

/** Every fault of the configuration at once. */
export class ConfigError extends OperatorFault {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly ConfigFault[]) {
    const lines = faults.map(({ setting, found, expected }) => `\n  ${setting}: found ${found}, expected ${expected}`);
    super('The configuration is wrong:', { advice: lines.join('') });
  }
}
