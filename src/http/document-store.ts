/** The parsed and validated operations that Apollo Server keeps, bounded by what they really take; the short way takes them from here. */
import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { LRUCache } from 'lru-cache';

type Store = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;
type Document = NonNullable<Awaited<ReturnType<Store['get']>>>;

export interface DocumentStore extends Store {
  /** What the pipeline has found to be valid. */
  find(text: string): Document | undefined;
}

/**
 * Characters of all kept operations together: about 20 MB once they are parsed. Apollo's own limit counts 30 MB of
 * JSON, which is some hundred MB of objects when clients write tokens into the text instead of variables.
 */
const KEPT_CHARACTERS = 200_000;

export function createDocumentStore(): DocumentStore {
  /** Apollo Server asks by a digest of the text. */
  const texts = new Map<string, string>();
  const documents = new LRUCache<string, { readonly key: string; readonly document: Document }>({
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (_, text) => text.length || KEPT_CHARACTERS,
    dispose: ({ key }) => texts.delete(key),
  });
  const find = (text: string) => documents.get(text)?.document;
  return {
    find,
    get: async (key) => find(texts.get(key) ?? ''),
    set: async (key, document) => {
      const text = document.loc?.source.body ?? '';
      documents.set(text, { key, document });
      texts.set(key, text);
    },
    delete: async (key) => documents.delete(texts.get(key) ?? ''),
  };
}
