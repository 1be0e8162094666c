/** Addresses of repositories: joining, and showing without what may be secret. */

/** The address without user, password and query (which may carry a signature or token); for sentences. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** The index of a repository, https://helm.sh/docs/topics/chart_repository/. A query of the repository stays. */
export function indexAddress(repository: URL): URL {
  const address = new URL(repository);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/index.yaml`;
  address.hash = '';
  return address;
}

/**
 * The address of a package as an index entry gives it, absolute or relative to the repository. As Helm does, the
 * query of the repository goes along with relative addresses; it and the credentials stay on the repository's own origin.
 * Undefined for what is not an HTTP address.
 */
export function packageAddress(repository: URL, reference: string): URL | undefined {
  const base = new URL(repository);
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/`;
  if (!URL.canParse(reference, base.href)) return undefined;
  const address = new URL(reference, base);
  if (address.protocol !== 'https:' && address.protocol !== 'http:') return undefined;
  if (address.origin !== repository.origin) return address;
  if (!URL.canParse(reference) && address.search === '') address.search = repository.search;
  if (address.username === '') {
    address.username = repository.username;
    address.password = repository.password;
  }
  return address;
}
