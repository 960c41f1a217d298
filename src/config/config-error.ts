/** What a wrong configuration is told with: every fault at once. */

/** One wrong setting: its name, what was found (secrets masked), what is expected. */
export interface ConfigFault {
  readonly setting: string;
  readonly found: string;
  readonly expected: string;
}

/** Every fault of the configuration at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly ConfigFault[]) {
    super(
      [
        'The configuration is wrong:',
        ...faults.map((fault) => `  ${fault.setting}: found ${fault.found}, expected ${fault.expected}`),
      ].join('\n'),
    );
  }
}
