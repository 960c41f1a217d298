/** The public mutations by which one becomes a user: `register` and `confirmRegistration`. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Registered, Registrations } from '../domain/registrations.js';
import type { RequestContext } from './context.js';
import { loggedInFields } from './login.resolver.js';
import { ConfirmRegistrationInput, ConfirmRegistrationPayload, RegisterInput, RegisterPayload } from './registration.type.js';
import { toPayload } from './user-error.type.js';

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
    @Ctx() { origin }: RequestContext,
  ): Promise<RegisterPayload> {
    return toPayload<Registered, Partial<RegisterPayload>>(await this.registrations.register(input, origin), (registered) =>
      registered.kind === 'logged-in' ? { ...loggedInFields(registered.loggedIn), confirmationSent: false } : { confirmationSent: true },
    );
  }

  @Mutation(() => ConfirmRegistrationPayload, {
    nullable: true,
    description: 'Makes the user whose address a mailed code has shown, and logs it in.',
  })
  async confirmRegistration(
    @Arg('input', () => ConfirmRegistrationInput, { description: 'The code and the password.' }) input: ConfirmRegistrationInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<ConfirmRegistrationPayload> {
    return toPayload(await this.registrations.confirm(input, origin), loggedInFields);
  }
}
