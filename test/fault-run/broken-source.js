/** Module hooks of `broken-node.js`: each change finds its text, or the server does not start. */
const state = { changes: [] };

export function initialize(changes) {
  state.changes = changes;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const changes = state.changes.filter(({ file }) => url.endsWith(`/dist/${file}`));
  if (changes.length === 0) return loaded;
  let source = loaded.source.toString();
  for (const { file, from, to } of changes) {
    if (source.split(from).length !== 2) throw new Error(`${file} does not have exactly one: ${from}`);
    source = source.replace(from, () => to);
  }
  return { ...loaded, source };
}
