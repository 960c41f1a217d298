/** The public mutations with which a new user registers: `register` and `confirmRegistration`. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { toPayload } from '../../graphql/user-error.type.js';
import { loggedInFields } from '../sessions/login.resolver.js';
import { deliver } from '../sessions/open-session.type.js';
import { ConfirmRegistrationInput, ConfirmRegistrationPayload, RegisterInput, RegisterPayload } from './registration.type.js';
import type { Registered, Registrations } from './registrations.js';

@Resolver()
export class RegistrationResolver {
  constructor(private readonly registrations: Registrations) {}

  @Mutation(() => RegisterPayload, {
    nullable: true,
    description:
      'Creates a user and logs them in. A server that sends mail mails a code for `confirmRegistration` instead; its answer is the same for an address that is taken.',
  })
  async register(
    @Arg('input', () => RegisterInput, { description: 'The new user.' }) input: RegisterInput,
    @Ctx() context: RequestContext,
  ): Promise<RegisterPayload> {
    const outcome = await this.registrations.register(input, context.origin);
    const payload = toPayload<Registered, Partial<RegisterPayload>>(outcome, (registered) =>
      registered.kind === 'logged-in' ? { ...loggedInFields(registered.loggedIn), confirmationSent: false } : { confirmationSent: true },
    );
    return deliver(payload, context);
  }

  @Mutation(() => ConfirmRegistrationPayload, {
    nullable: true,
    description: 'Creates the user whose address the mailed code verifies, and logs them in.',
  })
  async confirmRegistration(
    @Arg('input', () => ConfirmRegistrationInput, { description: 'The code and the password.' }) input: ConfirmRegistrationInput,
    @Ctx() context: RequestContext,
  ): Promise<ConfirmRegistrationPayload> {
    return deliver(toPayload(await this.registrations.confirm(input, context.origin), loggedInFields), context);
  }
}
