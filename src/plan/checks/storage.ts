import { names, type Check } from './check.js';

/** Checks of the places that Milvus and its dependencies find their data at. All of them would start empty elsewhere. */
export const storageChecks: readonly Check[] = [
  {
    id: 'volume-changed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'A workload on another volume starts empty, even where the old claim with the data is kept.',
    source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes',
    find: ({ comparison }) => {
      const changes = comparison?.volumes ?? [];
      return changes.length === 0
        ? undefined
        : {
            seen: `Volumes with data would change: ${names(
              changes.map(({ workload, volume, from, to }) => `${volume} of ${workload} ${from} -> ${to}`),
            )}.`,
            remedy:
              'Set the values of persistence (persistence.enabled, existingClaim, subPath) to what runs, and look at the plan again.',
          };
    },
  },
  {
    id: 'endpoints-changed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Another etcd, object storage or message queue does not have the data, and Milvus would look empty.',
    source: 'https://milvus.io/docs/configure_etcd.md',
    find: ({ comparison }) => {
      const changes = comparison?.endpoints ?? [];
      const servers = ({ from }: { readonly from: (typeof changes)[number]['from'] }): string =>
        from.known ? (from.value.length === 0 ? "Milvus's default" : names(from.value)) : `unknown (${from.reason})`;
      return changes.length === 0
        ? undefined
        : {
            seen: `Milvus would look for its data at other servers: ${changes
              .map(({ dependency, from, to }) => `${dependency} ${servers({ from })} -> ${servers({ from: to })}`)
              .join('; ')}.`,
            remedy: `Set the values that give ${names(changes.map(({ setting }) => setting))} to what runs, as plain text, and look at the plan again.`,
          };
    },
  },
];
