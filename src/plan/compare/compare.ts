import type { KubeObject } from '../../cluster/port.js';
import type { Rendered } from '../../helm/port.js';
import { identityOf, renderedConfig } from '../../inspect/configuration.js';
import { topologyOf } from '../../milvus/components.js';
import type { Comparison } from '../checks/check.js';
import type { Inspection } from '../facts.js';
import type { Redactor } from '../redact.js';
import { immutableChanges } from './immutable.js';
import { diffObjects, keyOf } from './objects.js';
import { fieldConflicts } from './ownership.js';

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
  // A ConfigMap of the user's own (customConfigMap) is not rendered; it stays what it is.
  const configMap = renderedConfig(rendered.manifest) ?? inspection.config;
  return {
    rendered,
    diff: diffObjects(manifest, rendered.manifest, live, redact),
    immutable: immutableChanges(rendered.manifest, find),
    conflicts: fieldConflicts(rendered.manifest, find),
    identity: {
      mode: topologyOf(rendered.manifest)?.mode ?? facts.mode,
      ...identityOf({ configMap, manifest: rendered.manifest }, facts.release),
    },
  };
}
