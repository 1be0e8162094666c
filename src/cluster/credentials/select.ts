import { refused } from '../../problem.js';
import { textOf } from '../json.js';
import type { JsonObject } from '../json.js';
import { unreadable } from './kubeconfig.js';
import type { Entry, Kubeconfig } from './kubeconfig.js';

/** One context with its cluster and user: everything that one connection needs. */
export interface Selection {
  readonly name: string;
  /** The context without the names of its cluster and user. */
  readonly context: JsonObject;
  readonly cluster: Entry;
  readonly user: Entry;
}

const mostNames = 20;

function contextNames(config: Kubeconfig): string {
  const names = [...config.contexts.keys()];
  if (names.length === 0) return 'It has no contexts.';
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  return `Its contexts: ${names.slice(0, mostNames).join(', ')}${more}.`;
}

/**
 * The context to use: the one asked for, else the current one.
 *
 * @throws Problem `missing-context` with the names there are; `credentials-unreadable` when the context refers to a
 *   cluster or user that is not there
 */
export function selectContext(config: Kubeconfig, label: string, wanted?: string): Selection {
  const name = wanted ?? config.currentContext;
  const found = name === undefined ? undefined : config.contexts.get(name);
  if (name === undefined || found === undefined) {
    const missing =
      name === undefined
        ? 'has no current context, and the input context names none'
        : wanted === undefined
          ? `has the current context ${name}, which it does not define`
          : `has no context ${name}`;
    throw refused({
      id: 'missing-context',
      what: `${label} ${missing}. ${contextNames(config)}`,
      remedy: 'Set the input context to one of these names, or give a kubeconfig that has the context.',
    });
  }
  const { cluster: clusterName, user: userName, ...context } = found.value;
  const cluster = config.clusters.get(textOf(clusterName) ?? '');
  if (cluster === undefined) throw unreadable(found.origin, `has a context ${name} whose cluster it does not define`);
  const user =
    textOf(userName) === undefined ? { value: {}, origin: found.origin } : config.users.get(textOf(userName) ?? '');
  if (user === undefined) throw unreadable(found.origin, `has a context ${name} whose user it does not define`);
  return { name, context, cluster, user };
}
