import type { KubeObject } from '../../cluster/port.js';
import type { Rendered } from '../../helm/port.js';
import { identityOf, renderedConfig } from '../../inspect/configuration.js';
import { topologyOf } from '../../milvus/components.js';
import { configMapName, type ConfigSource } from '../../milvus/config.js';
import { known, unknown, type Known, type Mode } from '../../milvus/knowledge.js';
import type { Comparison } from '../checks/check.js';
import type { Inspection } from '../facts.js';
import type { Redactor } from '../redact.js';
import { endpointChanges } from './endpoints.js';
import { hookDiffs, upgradeHooks } from './hooks.js';
import { immutableChanges } from './immutable.js';
import { diffObjects, keyOf } from './objects.js';
import { fieldConflicts } from './ownership.js';
import { volumeChanges } from './volumes.js';

function modeOf(manifest: readonly KubeObject[]): Known<Mode> {
  const topology = topologyOf(manifest);
  return topology === undefined
    ? unknown('the dry run renders no Milvus Deployment')
    : known(topology.mode, 'the Deployments of the dry run');
}

/**
 * The configuration of the dry run. A ConfigMap of the user's own (customConfigMap) is not rendered; it stays what it
 * is while it stays the same one, and another one is not known.
 */
function renderedSource(rendered: Rendered, { config }: Inspection): ConfigSource {
  const { manifest } = rendered;
  const found = renderedConfig(manifest);
  const name = configMapName(manifest);
  if (found !== undefined) return { configMap: found, manifest };
  if (!name.known) return { configMap: undefined, manifest, unreadable: name.reason };
  return name.value === config?.metadata.name
    ? { configMap: config, manifest }
    : {
        configMap: undefined,
        manifest,
        unreadable: `Milvus would mount ConfigMap ${name.value}, which the chart does not make`,
      };
}

/** Helm looks at the live object, https://github.com/helm/helm/blob/v3.22.0/pkg/kube/client.go (Update). */
export const isKept = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.['helm.sh/resource-policy'] === 'keep';

/**
 * Our own comparison of a dry run with what runs: Helm's dry run renders, but sends nothing for validation.
 *
 * @param inspection what runs
 * @param rendered the dry run
 * @param live live objects by `keyOf`
 * @param redact hides what could be secret
 */
export function compare(
  inspection: Inspection,
  rendered: Rendered,
  live: ReadonlyMap<string, KubeObject>,
  redact: Redactor,
): Comparison {
  const find = (object: KubeObject): KubeObject | undefined => live.get(keyOf(object));
  const { facts, manifest } = inspection;
  const old = new Map(manifest.map((object) => [keyOf(object), object]));
  const source = renderedSource(rendered, inspection);
  const { namespace } = facts.release;
  return {
    rendered,
    diff: [...diffObjects(manifest, rendered.manifest, live, redact), ...hookDiffs(upgradeHooks(rendered.hooks))],
    immutable: immutableChanges(rendered.manifest, find, (object) => old.get(keyOf(object))),
    volumes: volumeChanges(rendered.manifest, find),
    // Where the live configuration cannot be read at all, the check `identity-unknown` speaks.
    endpoints:
      inspection.config === undefined
        ? []
        : endpointChanges({ configMap: inspection.config, manifest }, source, { namespace, queue: facts.messageQueue }),
    conflicts: fieldConflicts(rendered.manifest, find),
    kept: new Set([...live.values()].filter(isKept).map(({ kind, metadata }) => `${kind}/${metadata.name}`)),
    identity: {
      mode: modeOf(rendered.manifest),
      ...identityOf(source, facts.release),
    },
  };
}
