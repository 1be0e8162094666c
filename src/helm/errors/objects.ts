import { releaseOf, group, oneLine, afterFailure, unservedKinds, objectIn } from './row.js';
import type { ErrorRow } from './row.js';

/** Objects that are there, and cannot become what the chart wants. */
export const objectRows: readonly ErrorRow[] = [
  {
    id: 'removed-api',
    pattern:
      /unable to build kubernetes objects from current release manifest|current release manifest contains removed kubernetes api/,
    say: (_match, call, text) => ({
      what: `The stored manifest of ${releaseOf(call)} has objects that this Kubernetes no longer serves: ${unservedKinds(text)}.`,
      why: `Helm reads the old manifest to see what changed, and stops at an API version that was removed. ${call.act === 'rollback' ? 'No object was changed, but a pending revision was written.' : 'Nothing was written.'}`,
      remedy:
        'Rewrite the stored manifest with the Helm plugin mapkubeapis (https://github.com/helm/helm-mapkubeapis), then run again.',
    }),
  },
  {
    id: 'unknown-kind',
    pattern: /no matches for kind "/,
    say: (_match, _call, text) => ({
      what: `The chart renders objects that this Kubernetes does not serve: ${unservedKinds(text)}.`,
      remedy:
        'Install the custom resource definitions that are missing, or turn the part of the chart off in the values ' +
        '(a ServiceMonitor, for example, needs the Prometheus operator).',
    }),
  },
  {
    id: 'field-owned-by-another-manager',
    pattern: /Apply failed with \d+ conflicts?: ([\s\S]*)/,
    say: (match, call, text) => ({
      what: `${objectIn(text)} has fields that another manager owns: ${oneLine(group(match, 1))}.`,
      why: 'The release is applied server-side, where a field that kubectl or an operator set since belongs to them.',
      remedy:
        `Hand the fields back: remove that manager's entry from the object's managedFields, or put the value into the ` +
        `release's values and let its owner drop it. ${afterFailure(call)}`,
    }),
  },
  {
    id: 'immutable-field',
    pattern:
      /updates to statefulset spec for fields other than|field is immutable|may not change once set|may not be changed/,
    say: (_match, call, text) => ({
      what: `${objectIn(text)} cannot be changed in place: the chart changes a field that Kubernetes never lets change${text.includes('statefulset spec') ? ' (volume claims, selector, service name or pod management of a StatefulSet)' : ''}.`,
      remedy:
        'Keep the old value of that field in the values. Where it must change, the object has to be deleted with ' +
        `\`kubectl delete --cascade=orphan\`, which keeps its pods and volumes, before the next run. ${afterFailure(call)}`,
    }),
  },
  {
    id: 'object-not-owned',
    pattern: /unable to continue with update: (\w+) "([^"]+)" in namespace "([^"]*)" exists and cannot be imported/i,
    say: (match, call) => ({
      what: `${group(match, 1)} ${group(match, 2)} exists${group(match, 3) === '' ? '' : ` in namespace ${group(match, 3)}`} and does not belong to release ${call.release}, but the chart wants to create it.`,
      why: 'Helm does not overwrite what it did not make. Nothing was written.',
      remedy:
        'Find out whose object it is. If it may belong to the release, give it the label ' +
        `app.kubernetes.io/managed-by=Helm and the annotations meta.helm.sh/release-name=${call.release} and ` +
        `meta.helm.sh/release-namespace=${call.namespace}; otherwise rename or delete it.`,
    }),
  },
];
