/** The public mutation `login`. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { LoggedIn, Login } from '../domain/login.js';
import type { RequestContext } from './context.js';
import { LoginInput, LoginPayload } from './login.type.js';
import { openSessionFields } from './open-session.type.js';
import { toPayload } from './user-error.type.js';

@Resolver()
export class LoginResolver {
  constructor(private readonly logins: Login) {}

  @Mutation(() => LoginPayload, { nullable: true, description: 'Opens a session. A dead access token in the request does not hinder it.' })
  async login(
    @Arg('input', () => LoginInput, { description: 'Who logs in.' }) input: LoginInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<LoginPayload> {
    return toPayload(await this.logins.logIn(input, origin), loggedInFields);
  }
}

export function loggedInFields(loggedIn: LoggedIn) {
  return { ...openSessionFields(loggedIn), user: loggedIn.user };
}
