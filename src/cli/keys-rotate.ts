/** `latchkey keys rotate` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addKeysRotate(keys: Command): void {
  keys
    .command('rotate')
    .description('publish a new key, which signs after five minutes; tokens of the old one stay valid until they expire')
    .option('--now', 'sign with it at once; services that cache the published keys may refuse its tokens until they reload them')
    .option(...JSON_OPTION)
    .action((options: OutputOptions & { now?: boolean }) =>
      report(
        options,
        async () => (await administer('rotateKeys', options.now ? { now: true } : {})).outcome,
        ({ kid, algorithm, activeAt }) => [`${algorithm} key ${kid} is published, and signs from ${activeAt} on.`],
      ),
    );
}
