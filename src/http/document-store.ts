/** The parsed and validated operations that Apollo Server keeps, bounded by what they really take. */
import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { LRUCache } from 'lru-cache';

type Store = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;
type Document = NonNullable<Awaited<ReturnType<Store['get']>>>;

/**
 * Characters of all kept operations together: about 20 MB once they are parsed. Apollo's own limit counts 30 MB of
 * JSON, which is some hundred MB of objects when clients write tokens into the text instead of variables.
 */
const KEPT_CHARACTERS = 200_000;

export function createDocumentStore(): Store {
  const documents = new LRUCache<string, Document>({
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (document) => document.loc?.source.body.length || KEPT_CHARACTERS,
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => {
      documents.set(key, document);
    },
    delete: async (key) => documents.delete(key),
  };
}
