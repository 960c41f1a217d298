/** Extracts what the files under `deploy/` must share with the code: settings, metrics, paths, and how long a stop takes. */
/** Environment variables that a file sets or reads, whatever its format. */
export function variablesIn(text: string): string[] {
  const without = text.replace(/^\s*#.*$/gm, '');
  const names = [
    // YAML and .env files, Kubernetes lists, Compose interpolation.
    ...without.matchAll(/^\s*([A-Z][A-Z0-9_]+)[:=]/gm),
    ...without.matchAll(/^\s*- name: ([A-Z][A-Z0-9_]+)$/gm),
    ...without.matchAll(/\$\{([A-Z][A-Z0-9_]+)/g),
    ...without.matchAll(/^ENV (.*)$/gm),
  ].flatMap(([, found = '']) =>
    found.includes('=') ? [...found.matchAll(/([A-Z][A-Z0-9_]+)=/g)].map((match) => match[1] ?? '') : [found],
  );
  return [...new Set(names)].sort();
}

/** Names of our own metrics. */
export function metricsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\blatchkey_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, '')))].sort();
}

/** Paths that the files request from the server. */
export function pathsIn(text: string): string[] {
  const found = text.matchAll(/(?:uri|path:|location =|Path\(`|prometheus\.io\/path:|\$\{process\.env\.PORT\})\s*(\/[\w./-]+)/g);
  return [...new Set([...found].map((match) => match[1] ?? ''))].sort();
}

/** The number behind a name, such as `stop_grace_period: 15s` or `const LIMIT_MS = 10_000`. */
export function numberIn(text: string, name: string): number {
  const [, digits] = new RegExp(`\\b${name}\\W*?(\\d[\\d_]*)`).exec(text) ?? [];
  if (digits === undefined) throw new Error(`${name} is not there`);
  return Number(digits.replaceAll('_', ''));
}
