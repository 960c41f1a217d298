/** An application that has moved in: notes that belong to Latchkey's users and sessions, kept in memory. */
import 'reflect-metadata';
import { MaxLength, ValidateNested } from 'class-validator';
import {
  Arg,
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  type SubscribeResolverData,
  Subscription,
} from 'type-graphql';
import { type RequestContext, Session, User } from '../../../src/app.js';

@ObjectType()
export class Note {
  @Field(() => String)
  text!: string;

  @Field(() => String, { nullable: true })
  locale?: string | undefined;
}

@InputType()
export class TagInput {
  @MaxLength(5)
  @Field(() => String)
  name!: string;
}

@InputType()
export class NoteInput {
  @MaxLength(5)
  @Field(() => String)
  text!: string;

  @ValidateNested({ each: true })
  @Field(() => [TagInput], { nullable: true })
  tags?: TagInput[];
}

@ArgsType()
export class FindArgs {
  @MaxLength(5, { message: 'too long: $value' })
  @Field(() => String)
  word!: string;
}

/** What the application adds to its context. */
export interface NotesContext extends RequestContext {
  readonly locale?: string;
  readonly notes?: Map<string, Note[]>;
}

@Resolver(() => User)
export class NotesResolver {
  readonly byUser = new Map<string, Note[]>();

  @Authorized()
  @Mutation(() => Note, { nullable: true })
  addNote(@Arg('input', () => NoteInput) { text }: NoteInput, @Ctx() { caller }: NotesContext): Note {
    const note = { text };
    const owner = caller.token?.sub ?? '';
    this.byUser.set(owner, [...(this.byUser.get(owner) ?? []), note]);
    return note;
  }

  @FieldResolver(() => [Note])
  notes(@Root() user: User, @Ctx() { locale }: NotesContext): Note[] {
    return (this.byUser.get(user.id) ?? []).map((note) => ({ ...note, locale }));
  }

  @Query(() => User, { nullable: true })
  author(): User {
    return Object.assign(new User(), { id: 'author', email: 'author@example.com', roles: ['WRITER'] });
  }
}

@Resolver()
export class FindResolver {
  @Query(() => [String])
  find(@Args(() => FindArgs) { word }: FindArgs): string[] {
    return [word];
  }
}

@Resolver(() => Session)
export class SessionNoteResolver {
  @FieldResolver(() => String)
  note(@Root() session: Session): string {
    return `note of ${session.id}`;
  }
}

/** What its resolvers can see and do with the context. */
@Resolver()
export class ContextResolver {
  @Query(() => String, { nullable: true })
  whoami(@Ctx() context: NotesContext): string {
    const { caller, locale } = context;
    return [caller.kind, caller.token?.sub, locale].join(' ');
  }

  @Authorized('ADMIN')
  @Query(() => String, { nullable: true })
  treasure(): string {
    return 'gold';
  }

  /** Tries to become somebody else for the fields that follow. */
  @Mutation(() => [String])
  usurp(@Ctx() context: NotesContext, @Arg('sub', () => String) sub: string): string[] {
    const attempts = [
      () => Object.assign(context, { caller: { kind: 'authenticated', token: { sub, roles: ['ADMIN'] } } }),
      () => Object.defineProperty(context, 'caller', { value: { kind: 'authenticated', token: { sub, roles: ['ADMIN'] } } }),
      () => Object.assign(context.caller, { kind: 'authenticated', token: { sub } }),
      () => Object.assign(context.caller.token ?? {}, { sub, roles: ['ADMIN'] }),
      () => (context.caller.token as { roles: string[] } | null)?.roles.push('ADMIN'),
    ];
    return attempts.map((attempt) => {
      try {
        attempt();
        return 'done';
      } catch {
        return 'refused';
      }
    });
  }
}

async function* greet({ context }: SubscribeResolverData<unknown, object, NotesContext>): AsyncGenerator<string> {
  yield `hello in ${context.locale}`;
}

@Resolver()
export class GreetingsResolver {
  @Authorized()
  @Subscription(() => String, { nullable: true, subscribe: greet })
  greetings(@Root() text: string, @Ctx() { caller, locale }: NotesContext): string {
    return `${text}, heard in ${locale} by ${caller.kind}`;
  }
}
