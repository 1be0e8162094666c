import type { Values } from '../../helm/port.js';
import { dropped, shortcuts, shortcutsGone } from '../../milvus/removed-values.js';
import { isMap } from '../../values/tree.js';
import { crosses, names, nextValues, type Check, type CheckContext } from './check.js';

/** Sections whose values go to another chart, which may know more keys than the Milvus chart shows. */
const subcharts: ReadonlySet<string> = new Set([
  ...['etcd', 'minio', 'pulsar', 'pulsarv3', 'kafka', 'mysql', 'tei', 'global', 'tags'],
]);

/** Maps with keys of the user's own, whatever the chart has in them by default. */
const free: ReadonlySet<string> = new Set([
  ...['annotations', 'labels', 'podAnnotations', 'podLabels', 'additionalLabels', 'nodeSelector', 'resources'],
  ...['affinity', 'strategy', 'securityContext', 'containerSecurityContext', 'extraConfigFiles'],
]);

/**
 * Values that templates of the chart use although its values.yaml does not show them (or only in a comment).
 *
 * @see https://github.com/zilliztech/milvus-helm/tree/master/charts/milvus/templates
 */
const unshown: ReadonlySet<string> = new Set([
  ...['nameOverride', 'fullnameOverride', 'image.all.pullSecrets', 'service.clusterIP', 'service.loadBalancerIP'],
  ...['attu.affinity', 'attu.nodeSelector', 'attu.tolerations', 'attu.image.pullSecrets', 'attu.service.clusterIP'],
  ...['attu.service.loadBalancerIP', 'attu.service.loadBalancerSourceRanges', 'proxy.tls.crt', 'proxy.tls.key'],
  ...['proxy.tls.secretName', 'proxy.volumes', 'proxy.volumeMounts', 'streamingNode.topologySpreadConstraints'],
  ...['woodpecker.podAnnotations', 'tei.replicas'],
]);

/** Values that the chart of this hop is the first to ignore: other checks tell these, and what became of them. */
const told = (context: CheckContext): readonly string[] =>
  [...shortcuts.map(({ value }) => ({ value, since: shortcutsGone })), ...dropped]
    .filter(({ since }) => crosses(context, since))
    .map(({ value }) => value);

interface Search {
  readonly chart: Values;
  readonly told: readonly string[];
}

/** Paths of user values for which the chart has no place. A map that is empty in the chart takes any keys. */
function unknownPaths(user: Values, search: Search, parents: readonly string[] = []): readonly string[] {
  return Object.entries(user).flatMap(([key, value]) => {
    const path = [...parents, key].join('.');
    if ((parents.length === 0 && subcharts.has(key)) || free.has(key) || unshown.has(path)) return [];
    if (!Object.hasOwn(search.chart, key)) {
      const isTold = search.told.some((one) => path === one || one.startsWith(`${path}.`));
      // A null takes a default away; where there is none, it does nothing.
      return value === null || isTold ? [] : [path];
    }
    const chart = search.chart[key];
    if (!isMap(chart) || Object.keys(chart).length === 0 || !isMap(value)) return [];
    return unknownPaths(value, { ...search, chart }, [...parents, key]);
  });
}

/** Checks of user values against the values that the chart of this hop has. */
export const unknownValueChecks: readonly Check[] = [
  {
    id: 'values-unknown',
    severity: 'warn',
    overridable: true,
    covered: true,
    why: 'A value that no chart template reads has no effect, and Helm does not say so: it was renamed, or mistyped.',
    source: 'https://helm.sh/docs/chart_template_guide/values_files/',
    find: (context) => {
      const { chartValues, chartVersion, inspection } = context;
      // While the chart stays, what these values do does not change.
      if (chartValues === undefined || chartVersion === inspection.base.chart.version) return undefined;
      const found = unknownPaths(nextValues(context), { chart: chartValues, told: told(context) });
      return found.length === 0
        ? undefined
        : {
            seen: `The user values have keys that chart ${chartVersion ?? ''} does not show: ${names(found)}.`,
            remedy:
              "Compare them with the chart's values.yaml; rename what has another name now, and set the rest to null.",
          };
    },
  },
];
