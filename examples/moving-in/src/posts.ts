/** Posts: the resolvers that the application had before. Only `authorId` and the type of the context are new. */
import { MaxLength } from 'class-validator';
import { type RequestContext, User } from 'latchkey';
import { Arg, Authorized, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { PrismaClient } from './generated/client.js';

/** What a resolver gets: what Latchkey knows of the request, and what `context` in main.ts adds. */
export interface Context extends RequestContext {
  readonly prisma: PrismaClient;
}

@ObjectType()
export class Post {
  @Field(() => ID)
  id!: number;

  @Field(() => String)
  title!: string;
}

@InputType()
export class PostInput {
  @MaxLength(80)
  @Field(() => String)
  title!: string;
}

@Resolver(() => User)
export class PostResolver {
  @Query(() => [Post])
  posts(@Ctx() { prisma }: Context): Promise<Post[]> {
    return prisma.post.findMany({ orderBy: { id: 'asc' } });
  }

  @Authorized()
  @Mutation(() => Post, { nullable: true })
  addPost(@Arg('input', () => PostInput) { title }: PostInput, @Ctx() { prisma, caller }: Context): Promise<Post> {
    return prisma.post.create({ data: { title, authorId: caller.token?.sub ?? '' } });
  }

  @Authorized('EDITOR')
  @Mutation(() => Boolean, { nullable: true })
  async deletePost(@Arg('id', () => ID) id: string, @Ctx() { prisma }: Context): Promise<boolean> {
    const { count } = await prisma.post.deleteMany({ where: { id: Number(id) } });
    return count > 0;
  }

  /** Adds `posts` to Latchkey's User: `{ me { posts { title } } }`. */
  @FieldResolver(() => [Post], { name: 'posts' })
  postsOf(@Root() user: User, @Ctx() { prisma }: Context): Promise<Post[]> {
    return prisma.post.findMany({ where: { authorId: user.id }, orderBy: { id: 'asc' } });
  }
}
