// @ts-check

/** The objects of the cluster that node agents need; they are there from the start and change nothing by themselves. */

/** On the nodes of a set, on the namespaces whose pods go there, and in their pods' node selectors. */
export const AGENT_LABEL = 'testbed/agent';

/** Storage classes: served at once by an agent, served for the node of the first pod, and never. */
export const STORAGE_CLASSES = /** @type {const} */ ({
  immediate: 'testbed-agent',
  firstConsumer: 'testbed-agent-first-consumer',
  never: 'testbed-never-binds',
});

const SET = `namespaceObject.metadata.labels["${AGENT_LABEL}"]`;
const TOLERATION = `Object.spec.tolerations{ key: "${AGENT_LABEL}", operator: "Equal", value: ${SET}, effect: "NoSchedule" }`;

/** @param {string} field of the pod's spec @param {string} path inside it @param {string} whole @param {string} part */
const put = (field, path, whole, part) =>
  `has(object.spec.${field}) ? JSONPatch{op: "add", path: "/spec/${field}/${path}", value: ${part}}` +
  ` : JSONPatch{op: "add", path: "/spec/${field}", value: ${whole}}`;

/**
 * Sends the pods of marked namespaces to the nodes of that set: they alone tolerate the nodes' taint.
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
const policy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicy',
  metadata: { name: 'testbed-agent' },
  spec: {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    matchConstraints: {
      namespaceSelector: { matchExpressions: [{ key: AGENT_LABEL, operator: 'Exists' }] },
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    mutations: [
      {
        patchType: 'JSONPatch',
        jsonPatch: {
          expression: `[
            ${put('nodeSelector', AGENT_LABEL.replace('/', '~1'), `{"${AGENT_LABEL}": ${SET}}`, SET)},
            ${put('tolerations', '-', `[${TOLERATION}]`, TOLERATION)}
          ]`,
        },
      },
    ],
  },
};

const binding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicyBinding',
  metadata: { name: 'testbed-agent' },
  spec: { policyName: 'testbed-agent' },
};

/** @param {string} name @param {string} provisioner @param {'Immediate' | 'WaitForFirstConsumer'} volumeBindingMode */
const storageClass = (name, provisioner, volumeBindingMode) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode,
});

/** @returns {{ path: string, object: object }[]} with the path of each one's collection */
export function agentObjects() {
  const admission = '/apis/admissionregistration.k8s.io/v1';
  const storage = '/apis/storage.k8s.io/v1/storageclasses';
  return [
    { path: `${admission}/mutatingadmissionpolicies`, object: policy },
    { path: `${admission}/mutatingadmissionpolicybindings`, object: binding },
    { path: storage, object: storageClass(STORAGE_CLASSES.immediate, 'testbed/agent', 'Immediate') },
    { path: storage, object: storageClass(STORAGE_CLASSES.firstConsumer, 'testbed/agent', 'WaitForFirstConsumer') },
    { path: storage, object: storageClass(STORAGE_CLASSES.never, 'testbed/nobody', 'Immediate') },
  ];
}
