/** The public mutations by which one becomes a user: `register` and `confirmRegistration`. */
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
      'Makes a user and logs it in; on a server that sends mails, mails a code for `confirmRegistration` instead, and answers the same for an address that is taken.',
  })
  async register(
    @Arg('input', () => RegisterInput, { description: 'Who registers.' }) input: RegisterInput,
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
    description: 'Makes the user whose address a mailed code has shown, and logs it in.',
  })
  async confirmRegistration(
    @Arg('input', () => ConfirmRegistrationInput, { description: 'The code and the password.' }) input: ConfirmRegistrationInput,
    @Ctx() context: RequestContext,
  ): Promise<ConfirmRegistrationPayload> {
    return deliver(toPayload(await this.registrations.confirm(input, context.origin), loggedInFields), context);
  }
}
