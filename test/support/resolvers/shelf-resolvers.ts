/** Resolvers that fail, wait, lie and change what they are given in every way that an execution must bear. */
import 'reflect-metadata';
import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Authorized,
  createUnionType,
  Field,
  Float,
  ID,
  Info,
  InputType,
  Int,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
} from 'type-graphql';

enum Wood {
  OAK = 'oak',
  PINE = 'pine',
}
registerEnumType(Wood, { name: 'Wood' });

@InputType('Cut')
class Cut {
  @Field(() => Int)
  at!: number;

  @Field(() => [String], { nullable: true })
  marks?: string[];

  @Field(() => Wood, { defaultValue: Wood.OAK })
  wood!: Wood;

  @Field(() => Cut, { nullable: true })
  next?: Cut;
}

@InterfaceType('Thing', { resolveType: ({ kind }: { kind: string }) => kind })
abstract class Thing {
  @Field(() => ID)
  id!: string;
}

@ObjectType('Nail', { implements: Thing })
class Nail extends Thing {
  @Field(() => Float, { nullable: true })
  length?: number;
}

const Part = createUnionType({
  name: 'Part',
  types: () => [Plank, Nail] as const,
  resolveType: (part: object) => ('kind' in part ? String(part.kind) : 'Plank'),
});

const later = async <Value>(value: Value): Promise<Value> => value;
const failure = (text: string) => new GraphQLError(text, { extensions: { code: 'SHELF', text } });

/** Somebody hears it even if an item before it has ended the list. */
function rejected(text: string): Promise<never> {
  const promise = Promise.reject(failure(text));
  promise.catch(() => undefined);
  return promise;
}

/** A promise of another library: an object with `then`, and nothing more. */
function thenable<Value>(value: Value): Promise<Value> {
  const then: Promise<Value>['then'] = (...handlers) => Promise.resolve(value).then(...handlers);
  return { then } as Promise<Value>;
}

@ObjectType('Plank', { implements: Thing })
class Plank extends Thing {
  constructor(readonly level: number) {
    super();
    this.id = `plank-${level}`;
  }

  @Field(() => Int, { simple: true })
  readonly depth: number = 7;

  /** The standard resolver calls a function that it finds. */
  @Field(() => String, { simple: true, nullable: true })
  called = (args: object, _context: unknown, info: GraphQLResolveInfo) => `${JSON.stringify(args)} ${info.fieldName} ${info.path.key}`;

  @Field(() => String, { simple: true, nullable: true })
  readonly nothing: string | undefined = undefined;

  @Field(() => Wood)
  wood(): string {
    return Wood.PINE;
  }

  @Field(() => Wood, { nullable: true })
  plastic(): string {
    return 'plastic';
  }

  @Field(() => Int)
  notNumber(): number {
    return 'seven' as unknown as number;
  }

  @Field(() => Date, { nullable: true })
  madeAt(): Date {
    return new Date(Date.UTC(2026, 10, 28));
  }

  @Field(() => String, { nullable: true })
  broken(): string {
    throw failure(`level ${this.level}`);
  }

  @Field(() => String)
  async brokenLater(): Promise<string> {
    throw failure(`later, level ${this.level}`);
  }

  @Field(() => String, { nullable: true })
  text(): never {
    throw 'a text';
  }

  @Field(() => String)
  missing(): string {
    return null as unknown as string;
  }

  @Field(() => String, { nullable: true })
  errorAsValue(): unknown {
    return failure('returned');
  }

  @Field(() => [String], { nullable: true })
  mixed(): unknown[] {
    return ['a', null, failure('an item'), later('b'), rejected('a later item'), thenable('c'), 7];
  }

  @Field(() => [String], { nullable: true })
  strict(): unknown[] {
    return ['a', null];
  }

  @Field(() => [String])
  async strictLater(): Promise<unknown> {
    return new Set(['a', later(null)]);
  }

  @Field(() => [[Int]], { nullable: 'itemsAndList' })
  table(): unknown {
    return [[1, 2], null, later([3, later(4)]), [5, 'six']];
  }

  @Field(() => [Int], { nullable: true })
  notIterable(): unknown {
    return 'text';
  }

  @Field(() => Plank)
  self(): Plank {
    return new Plank(this.level + 1);
  }

  @Field(() => Plank, { nullable: true })
  below(): Promise<Plank | null> {
    return later(this.level < 4 ? new Plank(this.level + 1) : null);
  }

  @Field(() => Plank, { nullable: true })
  thenable(): Promise<Plank> {
    return thenable(new Plank(this.level + 1));
  }

  @Field(() => [Plank], { nullable: true })
  planks(): unknown {
    return [new Plank(10), later(new Plank(11))];
  }

  @Field(() => [Plank], { nullable: 'itemsAndList' })
  somePlanks(): unknown {
    return [new Plank(20), null, failure('no plank'), rejected('no plank, later'), later(new Plank(21))];
  }

  @Field(() => Thing, { nullable: true })
  thing(): object {
    return { kind: 'Nail', id: 'nail', length: 2.5 };
  }

  @Field(() => [Part], { nullable: true })
  async parts(): Promise<object[]> {
    return [new Plank(30), { kind: 'Nail', id: 'nail' }, { kind: 'Screw' }];
  }

  @Field(() => String, { nullable: true })
  cut(
    @Arg('at', () => Int) at: number,
    @Arg('cut', () => Cut, { nullable: true }) cut?: Cut,
    @Arg('cuts', () => [Cut], { nullable: true }) cuts?: Cut[],
    @Arg('wood', () => Wood, { defaultValue: Wood.PINE }) wood?: Wood,
  ): string {
    const seen = JSON.stringify([at, cut, cuts, wood]);
    // Both belong to this request. If they were shared, a later request would answer differently.
    cut?.marks?.push('changed');
    cuts?.push(new Cut());
    return seen;
  }

  @Field(() => String, { nullable: true })
  info(@Arg('as', () => String, { nullable: true }) as: string | null, @Info() info: GraphQLResolveInfo): string {
    const { fieldNodes, path, returnType, parentType, fragments, operation, variableValues, rootValue, schema } = info;
    const keys: (string | number | undefined)[] = [];
    for (let place: typeof path | undefined = path; place; place = place.prev) keys.push(place.key, place.typename);
    const seen = [
      Object.keys(info),
      keys,
      fieldNodes.length,
      `${returnType}`,
      parentType.name,
      Object.keys(fragments),
      operation.operation,
    ];
    return JSON.stringify([as, seen, variableValues, rootValue === undefined, schema.getType('Plank') !== undefined]);
  }
}

@Resolver()
export class ShelfResolver {
  @Query(() => Plank, { nullable: true })
  plank(@Arg('level', () => Int, { defaultValue: 0 }) level: number): Plank {
    return new Plank(level);
  }

  @Query(() => Plank)
  async plankLater(): Promise<Plank> {
    return new Plank(1);
  }

  @Query(() => [Plank], { nullable: true })
  shelf(): unknown {
    return [new Plank(2), later(new Plank(3))];
  }

  @Query(() => Thing, { nullable: true })
  thing(): object {
    return { kind: 'Nail', id: 'nail' };
  }

  /** It empties what belongs to its request. */
  @Query(() => Int, { nullable: true })
  places(@Info() { fieldNodes }: GraphQLResolveInfo): number {
    return (fieldNodes as unknown[]).splice(0).length;
  }

  @Authorized()
  @Query(() => Plank, { nullable: true })
  ownPlank(): Plank {
    return new Plank(5);
  }

  @Authorized('ADMIN')
  @Query(() => String)
  sealed(): string {
    return 'sealed';
  }

  @Mutation(() => Plank, { nullable: true })
  async saw(@Arg('cut', () => Cut) { at }: Cut): Promise<Plank> {
    return new Plank(at);
  }

  @Mutation(() => Plank)
  paint(@Arg('wood', () => Wood, { nullable: true }) wood: Wood | null): Plank {
    if (wood === Wood.OAK) throw failure('oak is not painted');
    return new Plank(6);
  }

  @Authorized()
  @Mutation(() => String, { nullable: true })
  hide(): string {
    return 'hidden';
  }
}
