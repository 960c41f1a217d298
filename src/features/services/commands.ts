/** The commands about the credentials of other services. */
import { z } from 'zod';
import { command } from '../../lib/command.js';
import { done } from '../../lib/errors.js';
import { COMMAND_LINE } from '../endings/actor.js';
import type { ServiceCredentials } from './service-credentials.js';

interface Needs {
  readonly serviceCredentials: ServiceCredentials;
}

export function serviceCommands({ serviceCredentials }: Needs) {
  return {
    createServiceCredential: command(z.strictObject({ name: z.string(), audience: z.string() }), async (input) => {
      const made = await serviceCredentials.create(input, COMMAND_LINE);
      if (made.kind === 'failed') return made;
      const { serviceCredential, credential } = made.result;
      return done({ id: serviceCredential.id, name: serviceCredential.name, credential });
    }),
    /** Newest first. */
    listServiceCredentials: command(z.strictObject({}), async () => done(await serviceCredentials.list())),
    revokeServiceCredential: command(z.strictObject({ id: z.string() }), ({ id }) => serviceCredentials.revoke(id, COMMAND_LINE)),
  };
}
