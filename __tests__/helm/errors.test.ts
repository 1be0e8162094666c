import { describe, expect, it } from '@jest/globals';
import { classifyHelmError } from '../../src/helm/errors.js';
import { errorText, presentable } from '../../src/helm/stderr.js';

const call = { release: 'r', namespace: 'db', version: '4.3.0', act: 'upgrade' };

/** Standard error as Helm 3.14.4, 3.22.0 or 4.3.0 wrote it against Kubernetes 1.36, unless the row says otherwise. */
const rows: readonly (readonly [id: string, stderr: string, ...inWhat: string[]])[] = [
  [
    'release-pending',
    'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n',
    'release r in namespace db',
  ],
  ['release-changed', 'Error: UPGRADE FAILED: release: already exists\n'],
  ['no-deployed-revision', 'Error: UPGRADE FAILED: "r" has no deployed releases\n'],
  ['release-not-found', 'Error: release: not found\n'],
  [
    'namespace-terminating',
    'Error: UPGRADE FAILED: create: failed to create: secrets "sh.helm.release.v1.r.v2" is forbidden: unable to create new content in namespace db because it is being terminated\n',
    'Namespace db is being deleted',
  ],
  [
    'quota-exceeded',
    'Error: UPGRADE FAILED: failed to create resource: services "q2" is forbidden: exceeded quota: small, requested: count/services=1, used: count/services=4, limited: count/services=4\n',
    'ResourceQuota small',
    'requested count/services=1, used count/services=4, limited count/services=4',
  ],
  [
    'quota-exceeded',
    'Error: UPGRADE FAILED: failed to create resource: pods "p" is forbidden: failed quota: small: must specify limits.cpu for: c\n',
    'ResourceQuota small',
    'must specify limits.cpu for: c',
  ],
  [
    'admission-denied',
    `Error: UPGRADE FAILED: failed to create resource: configmaps "r-pol" is forbidden: ValidatingAdmissionPolicy 'no-t' with binding 'no-u' denied request: names like this are not allowed\n`,
    'admission policy no-t',
    'names like this are not allowed.',
  ],
  [
    'admission-denied',
    'Error: UPGRADE FAILED: cannot patch "r-d" with kind Deployment: admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Deployment/db/r-d was blocked\nby a policy\n',
    'admission webhook validate.kyverno.svc-fail denied Deployment r-d: resource Deployment/db/r-d was blocked by a policy.',
  ],
  [
    'admission-webhook-unreachable',
    'Error: UPGRADE FAILED: failed to create resource: Internal error occurred: failed calling webhook "deny.example.com": failed to call webhook: Post "https://127.0.0.1:2/x?timeout=10s": dial tcp 127.0.0.1:2: connect: connection refused\n',
    'deny.example.com',
  ],
  [
    'missing-permission',
    'Error: UPGRADE FAILED: query: failed to query with labels: secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" in the namespace "a"\n',
    'The account viewer may not list secrets in namespace a.',
  ],
  [
    'missing-permission',
    'level=WARN msg="upgrade failed" name=r error="server-side apply failed for object db/r-d apps/v1, Kind=Deployment: deployments.apps \\"r-d\\" is forbidden: User \\"viewer\\" cannot patch resource \\"deployments\\" in API group \\"apps\\" in the namespace \\"db\\""\nError: UPGRADE FAILED: server-side apply failed for object db/r-d apps/v1, Kind=Deployment: deployments.apps "r-d" is forbidden: User "viewer" cannot patch resource "deployments" in API group "apps" in the namespace "db"\n',
    'The account viewer may not patch deployments.apps in namespace db.',
  ],
  [
    'missing-permission',
    'Error: UPGRADE FAILED: unable to continue with update: could not get information about the resource Role "r-role" in namespace "db": roles.rbac.authorization.k8s.io "r-role" is forbidden: User "viewer" cannot get resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "db"\n',
    'may not get roles.rbac.authorization.k8s.io in namespace db.',
  ],
  [
    'missing-permission',
    'Error: UPGRADE FAILED: clusterroles.rbac.authorization.k8s.io "x" is forbidden: User "viewer" cannot create resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope\n',
    'may not create clusterroles.rbac.authorization.k8s.io at cluster scope.',
  ],
  [
    'missing-permission',
    'Error: UPGRADE FAILED: failed to create resource: roles.rbac.authorization.k8s.io "r-role" is forbidden: user "viewer" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get"]}\n',
    'does not hold itself: {APIGroups:[""], Resources:["pods"], Verbs:["get"]}.',
  ],
  [
    'missing-permission',
    'Error: UPGRADE FAILED: failed to create resource: server-side apply failed for object db/r-role rbac.authorization.k8s.io/v1, Kind=Role: roles.rbac.authorization.k8s.io "r-role" is forbidden: user "viewer" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get"]}\n',
    'The chart has Role r-role with rules',
  ],
  [
    'removed-api',
    'Error: UPGRADE FAILED: unable to build kubernetes objects from current release manifest: resource mapping not found for name: "old" namespace: "" from "": no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"\nensure CRDs are installed first\n',
    'policy/v1beta1 PodDisruptionBudget.',
  ],
  [
    // Older servers and clients, as in Helm's source.
    'removed-api',
    'Error: UPGRADE FAILED: current release manifest contains removed kubernetes api(s) for this kubernetes version and it is therefore unable to build the kubernetes objects for performing the diff. error from kubernetes: unable to recognize "": no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"\n',
    'policy/v1beta1 PodDisruptionBudget.',
  ],
  [
    'unknown-kind',
    'Error: UPGRADE FAILED: resource mapping not found for name: "x" namespace: "" from "": no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"\nensure CRDs are installed first\n',
    'monitoring.coreos.com/v1 ServiceMonitor.',
  ],
  [
    'field-owned-by-another-manager',
    'level=WARN msg="upgrade failed" name=r error="conflict occurred while applying object db/r-d apps/v1, Kind=Deployment: Apply failed with 1 conflict: conflict with \\"kubectl-set\\" using apps/v1: .spec.template.spec.containers[name=\\"c\\"].image"\nError: UPGRADE FAILED: conflict occurred while applying object db/r-d apps/v1, Kind=Deployment: Apply failed with 1 conflict: conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="c"].image\n',
    'Deployment r-d has fields that another manager owns: conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="c"].image.',
  ],
  [
    'field-owned-by-another-manager',
    'Error: UPGRADE FAILED: conflict occurred while applying object db/r-d apps/v1, Kind=Deployment: Apply failed with 2 conflicts: conflicts with "kubectl-edit" using apps/v1:\n- .spec.replicas\n- .spec.template.spec.containers[name="c"].image\n',
    'conflicts with "kubectl-edit" using apps/v1: - .spec.replicas - .spec.template',
  ],
  [
    'immutable-field',
    `Error: UPGRADE FAILED: cannot patch "my-etcd" with kind StatefulSet: StatefulSet.apps "my-etcd" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden\n`,
    'StatefulSet my-etcd cannot be changed in place',
    'volume claims',
  ],
  [
    'immutable-field',
    'Error: UPGRADE FAILED: server-side apply failed for object db/r-d apps/v1, Kind=Deployment: Deployment.apps "r-d" is invalid: spec.selector: Invalid value: {"matchLabels":{"x":"zz"}}: field is immutable\n',
    'Deployment r-d cannot be changed in place',
  ],
  [
    // Helm 3 writes "Unable", Helm 4 "unable".
    'object-not-owned',
    'Error: UPGRADE FAILED: Unable to continue with update: ConfigMap "r-extra" in namespace "db" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"\n',
    'ConfigMap r-extra exists in namespace db and does not belong to release r',
  ],
  [
    'object-not-owned',
    'Error: UPGRADE FAILED: unable to continue with update: ClusterRole "x" in namespace "" exists and cannot be imported into the current release: invalid ownership metadata\n',
    'ClusterRole x exists and does not belong',
  ],
  [
    'record-size',
    'Error: UPGRADE FAILED: create: failed to create: Secret "sh.helm.release.v1.r.v6" is invalid: data: Too long: may not be more than 1048576 bytes\n',
    '1 MiB',
  ],
  [
    'record-size',
    'Error: UPGRADE FAILED: create: failed to create: Secret "sh.helm.release.v1.r.v6" is invalid: data: Too long: must have at most 1048576 bytes\n',
  ],
  ['record-size', 'Error: UPGRADE FAILED: create: failed to create: Request entity too large: limit is 3145728\n'],
  [
    'missing-context',
    'Error: UPGRADE FAILED: Kubernetes cluster unreachable: context "nosuch" does not exist\n',
    'no context nosuch',
  ],
  [
    'wrong-token',
    'Error: UPGRADE FAILED: kubernetes cluster unreachable: the server has asked for the client to provide credentials\n',
  ],
  ['wrong-token', 'Error: UPGRADE FAILED: query: failed to query with labels: Unauthorized\n'],
  [
    'untrusted-certificate',
    'Error: UPGRADE FAILED: Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": tls: failed to verify certificate: x509: certificate signed by unknown authority\n',
    'certificate signed by unknown authority.',
  ],
  [
    'unreachable',
    'Error: UPGRADE FAILED: Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused\n',
    'during the upgrade',
  ],
  [
    'unreachable',
    'Error: UPGRADE FAILED: kubernetes cluster unreachable: Get "https://no.such.host.invalid/version": dial tcp: lookup no.such.host.invalid on 10.255.255.53:53: no such host\n',
    'the name no.such.host.invalid was not found',
  ],
  [
    'unreachable',
    'Error: UPGRADE FAILED: cannot patch "r-d" with kind Deployment: Patch "https://10.0.0.1:6443/apis/apps/v1/namespaces/db/deployments/r-d": http2: client connection lost\n',
  ],
  [
    'chart-download-failed',
    'Error: failed to perform "FetchReference" on source: Get "https://127.0.0.1:1/v2/x/milvus/manifests/1.0.0": dial tcp 127.0.0.1:1: connect: connection refused\n',
  ],
  [
    'chart-download-failed',
    'Error: failed to do request: Head "http://127.0.0.1:1/v2/x/milvus/manifests/1.0.0": dial tcp 127.0.0.1:1: connect: connection refused\n',
  ],
  [
    'values-rejected',
    `Error: UPGRADE FAILED: values don't meet the specifications of the schema(s) in the following chart(s):\ntc:\n- a: Invalid type. Expected: integer, given: string\n\n`,
  ],
  [
    'values-rejected',
    `Error: UPGRADE FAILED: values don't meet the specifications of the schema(s) in the following chart(s):\ntc:\n- at '/a': got string, want integer\n\n`,
  ],
  [
    'chart-dependencies-missing',
    'Error: An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: etcd, minio\n',
    '(etcd, minio)',
  ],
  ['chart-not-found', 'Error: repo pk not found\n'],
  ['chart-not-found', 'Error: path "/tmp/x.tgz" not found\n'],
  [
    'chart-does-not-render',
    'Error: UPGRADE FAILED: template: milvus/templates/querynode-deployment.yaml:45:20: executing "milvus/templates/querynode-deployment.yaml" at <.Values.image.all.pullSecrets>: nil pointer evaluating interface {}.all\n',
    'milvus/templates/querynode-deployment.yaml fails at .Values.image.all.pullSecrets.',
  ],
  [
    'chart-does-not-render',
    'Error: UPGRADE FAILED: milvus/templates/querynode-deployment.yaml:45:20\n  executing "milvus/templates/querynode-deployment.yaml" at <.Values.image.all.pullSecrets>:\n    nil pointer evaluating interface {}.all\n',
    'milvus/templates/querynode-deployment.yaml fails at .Values.image.all.pullSecrets.',
  ],
  [
    'chart-does-not-render',
    'Error: UPGRADE FAILED: YAML parse error on tc/templates/x.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context\n',
    'tc/templates/x.yaml fails.',
  ],
  [
    'chart-does-not-render',
    'Error: UPGRADE FAILED: execution error at (milvus/templates/NOTES.txt:3:4): etcd.auth.rbac.rootPassword is required\n',
  ],
  [
    'values-unreadable',
    'Error: failed to parse /tmp/values.json: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 1: did not find expected node content\n',
  ],
  [
    'object-rejected',
    'Error: UPGRADE FAILED: failed to create resource: Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32\n',
  ],
  [
    'object-rejected',
    'Error: UPGRADE FAILED: failed to create resource: server-side apply failed for object db/x apps/v1, Kind=Deployment: failed to create typed patch object (db/x; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string\n',
    'Deployment x',
  ],
  ['object-rejected', 'Error: UPGRADE FAILED: error validating "": error validating data: apiVersion not set\n'],
  ['namespace-missing', 'Error: UPGRADE FAILED: create: failed to create: namespaces "db" not found\n', 'Namespace db'],
  [
    'hook-failed',
    'Error: UPGRADE FAILED: pre-upgrade hooks failed: 1 error occurred:\n\t* timed out waiting for the condition\n\n\n',
    'A pre-upgrade hook of the chart failed to end in time',
  ],
  [
    'hook-failed',
    'level=WARN msg="upgrade failed" name=r error="pre-upgrade hooks failed: resource Job/db/r-j not ready. status: InProgress, message: Job in progress\\ncontext deadline exceeded"\nError: UPGRADE FAILED: pre-upgrade hooks failed: resource Job/db/r-j not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded\n',
    'Job/db/r-j',
  ],
  ['helm-timed-out', 'Error: UPGRADE FAILED: timed out waiting for the condition\n'],
  ['helm-timed-out', 'Error: UPGRADE FAILED: context deadline exceeded\n'],
  ['cancelled', 'Error: UPGRADE FAILED: context canceled\n'],
  [
    'cancelled',
    'level=WARN msg="upgrade failed" name=r error="context canceled"\nError: UPGRADE FAILED: context canceled\n',
  ],
  ['helm-flag-unknown', 'Error: unknown flag: --server-side\n'],
  ['helm-flag-unknown', 'Error: invalid argument "hookOnly" for "--wait" flag: invalid wait input "hookOnly"\n'],
  ['helm-failed', 'panic: runtime error: index out of range\n'],
  ['helm-failed', ''],
];

describe('classifyHelmError', () => {
  it.each(rows)('%s: %s', (id, stderr, ...inWhat) => {
    const details = classifyHelmError(stderr, call);
    expect(details.id).toBe(id);
    for (const part of inWhat) expect(details.what).toContain(part);
    expect(details.what).toMatch(/[.]$/);
    expect(details.what).not.toMatch(/undefined|\n|\.\./);
    expect(details.remedy).not.toBe('');
    expect(details.raw).toBe(stderr === '' ? undefined : presentable(stderr));
  });

  it('is not led astray by a log line above the error', () => {
    const stderr =
      'level=WARN msg="another operation (install/upgrade/rollback) is in progress"\nError: release: not found\n';
    expect(classifyHelmError(stderr, call).id).toBe('release-not-found');
  });
});

describe('classifyHelmError of a rollback', () => {
  const back = { ...call, act: 'rollback' };

  /** As Helm 3.14.4, 3.22.0 or 4.3.0 wrote it. */
  it.each<readonly [id: string, stderr: string, inWhat: string, inRest: string]>([
    [
      'revision-missing',
      'Error: release has no 99 version\n',
      'revision 99 of release r in namespace db',
      'helm history',
    ],
    ['release-not-found', 'Error: release: not found\n', 'release r in namespace db', ''],
    // The hook ran out of time; Helm leaves the revision pending.
    [
      'helm-timed-out',
      'Error: 1 error occurred:\n\t* timed out waiting for the condition\n\n\n',
      'during the rollback',
      'left pending',
    ],
    [
      'helm-timed-out',
      'Error: resource Job/a/r-hook not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded\n',
      'during the rollback',
      'same rollback again',
    ],
    [
      'hook-failed',
      'Error: warning: Hook pre-rollback milvus/templates/job.yaml failed: 1 error occurred:\n\t* no\n',
      'A pre-rollback hook of the chart failed: 1 error occurred: * no.',
      'same rollback again',
    ],
    [
      'removed-api',
      'Error: unable to build kubernetes objects from current release manifest: resource mapping not found for name: "old" namespace: "" from "": no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"\n',
      'policy/v1beta1 PodDisruptionBudget.',
      'a pending revision was written',
    ],
    [
      'quota-exceeded',
      'Error: failed to create resource: services "q2" is forbidden: exceeded quota: small, requested: count/services=1, used: count/services=4, limited: count/services=4\n',
      'ResourceQuota small',
      'same rollback again',
    ],
  ])('%s: %s', (id, stderr, inWhat, inRest) => {
    const { what, why = '', remedy, id: found } = classifyHelmError(stderr, back);
    expect(found).toBe(id);
    expect(what).toContain(inWhat);
    expect(`${why} ${remedy}`).toContain(inRest);
    expect(`${what} ${why} ${remedy}`).not.toMatch(/undefined|same upgrade/);
  });
});

describe('errorText', () => {
  it.each([
    ['Error: UPGRADE FAILED: a\nb\n', 'a\nb'],
    ['WARNING: Kubernetes configuration file is group-readable.\nError: a\n', 'a'],
    ['I1122 14:20:23.000000   12 request.go:655] Throttling\nW1122 14:20:23.000000 1 warnings.go:70] x\nError: a', 'a'],
    ['coalesce.go:286: warning: destination for x is a table.\nError: a', 'a'],
    ['2026/11/22 14:20:23 warning: cannot overwrite table\nError: a', 'a'],
    ['time=2026-11-22T14:20:23Z level=INFO msg=hello\nError: a', 'a'],
    ['level=ERROR msg="upgrade failed" error="say \\"no\\"\\nnext"\n', 'say "no"\nnext'],
    ['level=ERROR msg="release: not found"\n', 'release: not found'],
    ['killed', 'killed'],
    ['', ''],
  ])('%j', (stderr, expected) => {
    expect(errorText(stderr)).toBe(expected);
  });
});

describe('presentable', () => {
  it.each([
    'Secret "x" is invalid: patch: Invalid value: "{\\"data\\":{\\"k\\":\\"hunter2\\"},\\"a\\":{\\"b\\":1}}": strict decoding error',
    'x: Invalid value: {"data":{"k":"hunter2"}}: field is immutable',
    'x: Invalid value: map[string]interface {}{"k":"hunter2"}: field is immutable',
    'x: Invalid value: core.PodTemplateSpec{Env:"hunter2", A:{B:1}}: field is immutable',
    'x: Invalid value: "{\\"data\\":\\"hunter2 and the rest was cut off',
    'level=WARN error="x: Invalid value: \\"{\\\\\\"data\\\\\\":\\\\\\"hunter2\\\\\\"}\\": field is immutable"',
  ])('leaves a quoted object out: %s', (text) => {
    const shown = presentable(text);
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('(object left out)');
  });

  it('keeps a plain value', () => {
    expect(presentable('spec.port: Invalid value: 70000: must be between 1 and 65535')).toContain('70000');
  });

  it('is bounded', () => {
    expect(presentable('x'.repeat(100_000)).length).toBeLessThan(17_000);
  });

  const failure = 'Error: UPGRADE FAILED: template: milvus/templates/secret.yaml:11:36: wrong type for value';
  const multiLine =
    'cannot overwrite table with non table for extraConfigFiles (map[user.yaml:a: 1\npassword: hidden\n])';
  it.each([
    [
      'Helm 3, a table of stored values',
      'coalesce.go:316: warning: cannot overwrite table with non table for minio (map[secretKey:hidden])',
    ],
    [
      'Helm 4, a table of stored values',
      'level=INFO msg="warning: cannot overwrite table with non table for minio (map[secretKey:hidden])"',
    ],
    ['one stored value', 'warning: destination for minio.secretKey is a table. Ignoring non-table value (hidden)'],
    [
      'a chart of another shape',
      "Warning: Building values map for chart 'minio'. Skipped value (hidden) for 'secretKey', as it is not a table.",
    ],
    ['several lines', `coalesce.go:316: warning: ${multiLine}\ncoalesce.go:316: warning: ${multiLine}`],
  ])('leaves out the values that Helm quotes when it drops them: %s', (_, notice) => {
    expect(presentable(`${notice}\n${failure}\n`)).not.toContain('hidden');
    expect(presentable(`${notice}\n${failure}\n`)).toContain(failure);
    expect(errorText(`${notice}\n${failure}\n`)).toBe(failure.replace('Error: UPGRADE FAILED: ', ''));
    // Helm was ended before it could say its error.
    expect(presentable(notice)).not.toContain('hidden');
    expect(errorText(notice)).not.toContain('hidden');
  });

  it('leaves out a given value of another type than the chart wants', () => {
    const shown = presentable('Error: UPGRADE FAILED: type mismatch on minio: %!t(string=hidden)');
    expect(shown).toBe('Error: UPGRADE FAILED: type mismatch on minio: (value left out)');
  });
});
