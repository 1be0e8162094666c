import type { Cluster, KubeObject, Resource } from '../cluster/port.js';
import { known, unknown, type Known } from '../milvus/knowledge.js';
import { Problem } from '../problem.js';

/** Why something that the run can do without could not be read. Own words where the answer is an expected one. */
function reasonOf(error: unknown, what: string): string {
  if (!(error instanceof Problem)) throw error;
  if (error.details.id === 'forbidden') return `the credentials may not ${what}`;
  if (error.details.id === 'not-served') return `the cluster does not serve what is needed to ${what}`;
  return error.details.what;
}

const inWords = ({ plural, group }: Resource): string => (group === '' ? plural : `${plural}.${group}`);

/**
 * Lists what a run can do without: whatever the server answers, the run goes on.
 *
 * @returns unknown with the reason where it may not be listed, is not served, or the server fails
 */
export async function listIfAllowed(
  cluster: Pick<Cluster, 'list'>,
  resource: Resource,
  namespace: string,
): Promise<Known<readonly KubeObject[]>> {
  try {
    const { items } = await cluster.list(resource, { namespace });
    return known(items, `${inWords(resource)} of namespace ${namespace}`);
  } catch (error) {
    return unknown(reasonOf(error, `list ${inWords(resource)}`));
  }
}

/**
 * The same for a kind that a cluster may not have. Not having it is an answer: there are none.
 *
 * Asked by discovery first, because the server refuses an account without rights before it says that there is nothing
 * of the kind.
 */
export async function listIfServed(
  cluster: Pick<Cluster, 'list' | 'resourceFor'>,
  apiVersion: string,
  kind: string,
  namespace: string,
): Promise<Known<readonly KubeObject[]>> {
  let resource: Resource | undefined;
  try {
    resource = await cluster.resourceFor(apiVersion, kind);
  } catch (error) {
    return unknown(reasonOf(error, `discover ${kind} of ${apiVersion}`));
  }
  return resource === undefined
    ? known([], `the cluster does not serve ${kind} of ${apiVersion}`)
    : await listIfAllowed(cluster, resource, namespace);
}

/** Turns a known list into a known list of something else. */
export const mapKnown = <A, B>(all: Known<A>, change: (value: A) => B): Known<B> =>
  all.known ? known(change(all.value), all.from) : all;
