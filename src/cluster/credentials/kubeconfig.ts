import { parse, YAMLError } from 'yaml';
import { refused } from '../../problem.js';
import type { Problem } from '../../problem.js';
import { isObject, textOf } from '../json.js';
import type { JsonObject } from '../json.js';

/** Where a kubeconfig came from. */
export interface Origin {
  /** Starts a sentence: `The input kubeconfig`, `The kubeconfig /path`. */
  readonly label: string;
  /** Directory that relative paths in it refer to; undefined for content from an input. */
  readonly directory?: string;
}

export interface Entry {
  readonly value: JsonObject;
  readonly origin: Origin;
}

/** A kubeconfig, https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/, as far as it decides about access. */
export interface Kubeconfig {
  readonly currentContext?: string;
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
}

export function unreadable(origin: Origin, reason: string): Problem {
  return refused({
    id: 'credentials-unreadable',
    what: `${origin.label} ${reason}.`,
    remedy:
      'Check that it is a whole kubeconfig; `kubectl config view --raw --minify --flatten` prints one for one context.',
  });
}

/** A list of named entries: `clusters` with `cluster`, `users` with `user`, `contexts` with `context`. */
function entries(config: JsonObject, list: string, field: string, origin: Origin): ReadonlyMap<string, Entry> {
  const named = config[list] ?? [];
  if (!Array.isArray(named)) throw unreadable(origin, `has ${list} that are not a list`);
  const found = new Map<string, Entry>();
  for (const item of named as unknown[]) {
    const name = isObject(item) ? textOf(item.name) : undefined;
    const value = isObject(item) ? (item[field] ?? {}) : undefined;
    if (name === undefined || !isObject(value)) {
      throw unreadable(origin, `has an entry in ${list} without a name or whose ${field} is not a mapping`);
    }
    if (found.has(name)) throw unreadable(origin, `has two entries of the same name in ${list}`);
    found.set(name, { value, origin });
  }
  return found;
}

function parseYaml(text: string, origin: Origin): unknown {
  try {
    // Pretty errors quote the source, which holds the credentials.
    return parse(text, { prettyErrors: false, logLevel: 'error' });
  } catch (error) {
    const line = error instanceof YAMLError ? text.slice(0, error.pos[0]).split('\n').length : undefined;
    const where = error instanceof YAMLError ? ` (${error.code} in line ${line ?? 0})` : '';
    throw unreadable(origin, `is not valid YAML${where}`);
  }
}

/**
 * Reads one kubeconfig. An empty text is an empty kubeconfig, as for kubectl.
 *
 * @throws Problem `credentials-unreadable`; its sentence quotes nothing of the text
 */
export function parseKubeconfig(text: string, origin: Origin): Kubeconfig {
  const config = parseYaml(text, origin) ?? {};
  if (typeof config === 'string') {
    throw unreadable(origin, 'is a single line of text, not a kubeconfig (the content is wanted, not a path)');
  }
  if (!isObject(config)) throw unreadable(origin, 'is not a mapping');
  const kind = config.kind ?? 'Config';
  if (kind !== 'Config') throw unreadable(origin, 'has a kind other than Config');
  const currentContext = textOf(config['current-context']);
  return {
    ...(currentContext === undefined ? {} : { currentContext }),
    contexts: entries(config, 'contexts', 'context', origin),
    clusters: entries(config, 'clusters', 'cluster', origin),
    users: entries(config, 'users', 'user', origin),
  };
}

function firstWins(maps: readonly ReadonlyMap<string, Entry>[]): ReadonlyMap<string, Entry> {
  const merged = new Map<string, Entry>();
  for (const [name, entry] of maps.flatMap((map) => [...map])) if (!merged.has(name)) merged.set(name, entry);
  return merged;
}

/**
 * Several files as kubectl merges them: the first to set a value or an entry wins, entries are never mixed.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const currentContext = configs.map((config) => config.currentContext).find((name) => name !== undefined);
  return {
    ...(currentContext === undefined ? {} : { currentContext }),
    contexts: firstWins(configs.map((config) => config.contexts)),
    clusters: firstWins(configs.map((config) => config.clusters)),
    users: firstWins(configs.map((config) => config.users)),
  };
}
