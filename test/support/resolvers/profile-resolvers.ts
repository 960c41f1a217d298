/** Fields that an embedding application adds to User, and types of its own, with directives of Apollo Federation. */
import 'reflect-metadata';
import { Authorized, Directive, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { User } from '../../../src/app.js';

@Directive('@shareable')
@ObjectType({ description: 'An amount of money.' })
class Money {
  @Field(() => String)
  currency!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType()
class Product {
  @Field(() => ID)
  id!: string;
}

@Resolver(() => User)
export class ProfileResolver {
  /** Not guarded: it relies on the fields that lead to a User. */
  @FieldResolver(() => String)
  cardNumber(@Root() { email }: User): string {
    return `card of ${email}`;
  }

  @Authorized('CLERK')
  @FieldResolver(() => String, { nullable: true })
  clerkNote(): string {
    return 'only for clerks';
  }

  @Directive('@inaccessible')
  @Query(() => Money, { nullable: true })
  price(): Money {
    return { currency: 'EUR' };
  }

  @Authorized()
  @Query(() => Product, { nullable: true })
  favourite(): Product {
    return { id: '7' };
  }
}

@Directive('@key(fields: "id")')
@ObjectType()
class Invoice {
  @Field(() => ID)
  id!: string;
}

@Resolver()
export class InvoiceResolver {
  @Query(() => Invoice, { nullable: true })
  invoice(): Invoice {
    return { id: '1' };
  }
}

@Resolver(() => User)
export class RequiringResolver {
  @Directive('@requires(fields: "email")')
  @FieldResolver(() => String)
  avatar(@Root() { email }: User): string {
    return email;
  }
}
