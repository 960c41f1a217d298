/** A resolver of an embedding application with an input that contains itself. */
import { Arg, Field, InputType, Query, Resolver } from 'type-graphql';

@InputType()
class FilterInput {
  @Field(() => FilterInput, { nullable: true })
  and?: FilterInput | null;

  @Field(() => [FilterInput], { nullable: true })
  any?: FilterInput[] | null;
}

@Resolver()
export class FilterResolver {
  @Query(() => Boolean)
  filtered(@Arg('filter', () => FilterInput) filter: FilterInput): boolean {
    return filter.and != null;
  }
}
