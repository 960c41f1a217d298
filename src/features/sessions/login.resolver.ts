/** The public mutation `login`. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { toPayload } from '../../graphql/user-error.type.js';
import { toUserType } from '../users/user.type.js';
import type { LoggedIn, Login } from './login.js';
import { LoginInput, LoginPayload } from './login.type.js';
import { deliver, openSessionFields } from './open-session.type.js';

@Resolver()
export class LoginResolver {
  constructor(private readonly logins: Login) {}

  @Mutation(() => LoginPayload, {
    nullable: true,
    description: 'Opens a session. It works even if the request carries a revoked or expired access token.',
  })
  async login(
    @Arg('input', () => LoginInput, { description: 'The credentials of the user.' }) input: LoginInput,
    @Ctx() context: RequestContext,
  ): Promise<LoginPayload> {
    return deliver(toPayload(await this.logins.logIn(input, context.origin), loggedInFields), context);
  }
}

export function loggedInFields(loggedIn: LoggedIn) {
  return { ...openSessionFields(loggedIn), user: toUserType(loggedIn.user) };
}
