import type { Values } from '../../helm/port.js';
import { isMap } from '../../values/tree.js';

/** Sections whose values go to another chart, which may know more keys than the Milvus chart shows. */
const subcharts: ReadonlySet<string> = new Set(['etcd', 'minio', 'pulsar', 'kafka', 'mysql', 'global', 'tags']);

/** Maps with keys of the user's own, whatever the chart has in them by default. */
const free: ReadonlySet<string> = new Set([
  ...['annotations', 'labels', 'podLabels', 'additionalLabels', 'nodeSelector', 'resources', 'affinity'],
]);

/**
 * Values that templates of charts 3.1.0 to 4.0.34 read although their values.yaml does not show them.
 *
 * @see https://github.com/zilliztech/milvus-helm/tree/milvus-4.0.34/charts/milvus/templates
 */
const unshown: ReadonlySet<string> = new Set([
  ...['nameOverride', 'fullnameOverride', 'image.all.pullSecrets', 'service.clusterIP', 'service.loadBalancerIP'],
  ...['attu.affinity', 'attu.tolerations', 'attu.image.pullSecrets', 'attu.service.clusterIP', 'extraConfigFiles'],
  ...['attu.service.loadBalancerIP', 'attu.service.loadBalancerSourceRanges'],
]);

/** One stored value. */
export interface StoredLeaf {
  /** Dotted path. */
  readonly path: string;
  readonly value: unknown;
  /** Whether the target chart has a place for it. */
  readonly known: boolean;
}

/**
 * The stored values with what the target chart knows of them; sections of other charts and maps with keys of the user's
 * own are not looked into. A null counts as nothing stored.
 *
 * @param user stored user values
 * @param chart default values of the target chart
 */
export function storedLeaves(user: Values, chart: Values): readonly StoredLeaf[] {
  const walk = (values: Values, beside: unknown, above: readonly string[]): readonly StoredLeaf[] =>
    Object.entries(values).flatMap(([key, value]) => {
      const path = [...above, key].join('.');
      if (value === null) return [];
      const there = isMap(beside) && Object.hasOwn(beside, key);
      const place = there ? beside[key] : undefined;
      const open =
        (above.length === 0 && subcharts.has(key)) ||
        unshown.has(path) ||
        // A map that is empty in the chart, or nothing at all, takes any keys.
        (there && (free.has(key) || !isMap(place) || Object.keys(place).length === 0));
      if (open) return [{ path, value, known: true }];
      if (isMap(value) && Object.keys(value).length > 0) return walk(value, place, [...above, key]);
      return [{ path, value, known: there }];
    });
  return walk(user, chart, []);
}
