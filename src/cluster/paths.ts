import type { About } from './errors.js';
import type { ListOptions, Resource } from './port.js';

type Query = Readonly<Record<string, string | number | undefined>>;

/** A query string with its question mark, or ''; undefined and empty values are left out. */
export function queryString(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  return given.length === 0 ? '' : `?${search.toString()}`;
}

/** `/api/v1` or `/apis/apps/v1`, https://kubernetes.io/docs/reference/using-api/#api-groups */
export const groupVersionPath = (group: string, version: string): string =>
  ['', group === '' ? 'api' : 'apis', group, version]
    .filter((segment, index) => index === 0 || segment !== '')
    .map(encodeURIComponent)
    .join('/');

/** The collection of a resource, in one namespace or, without one, in all. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const scope =
    resource.namespaced && namespace !== undefined && namespace !== ''
      ? `/namespaces/${encodeURIComponent(namespace)}`
      : '';
  return `${groupVersionPath(resource.group, resource.version)}${scope}/${encodeURIComponent(resource.plural)}`;
}

/** One object. A namespaced resource needs its namespace: without one the path would be another resource's. */
export function objectPath(resource: Resource, name: string, namespace?: string): string {
  if (name === '' || (resource.namespaced && (namespace === undefined || namespace === ''))) {
    throw new TypeError(`A ${resource.kind} is addressed by its name${resource.namespaced ? ' and namespace' : ''}.`);
  }
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

export const selectors = (options: ListOptions): Query => ({
  labelSelector: options.labelSelector,
  fieldSelector: options.fieldSelector,
});

export const aboutResource = (verb: string, resource: Resource, namespace?: string, name?: string): About => ({
  verb,
  group: resource.group,
  resource: resource.plural,
  ...(namespace === undefined || !resource.namespaced ? {} : { namespace }),
  ...(name === undefined ? {} : { name }),
});
