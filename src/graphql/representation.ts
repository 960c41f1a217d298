/** The scalar `_Any` of Apollo Federation: how a router names an entity. The resolver reads it and trusts nothing in it but the key. */
import { GraphQLScalarType } from 'graphql';

export const RepresentationScalar = new GraphQLScalarType({
  name: '_Any',
  description: 'Names an entity: an object with `__typename` and `id`. Whatever else it holds is ignored.',
});
