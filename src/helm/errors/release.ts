import { releaseOf, group } from './row.js';
import type { ErrorRow } from './row.js';

/** The release and its records. */
export const releaseRows: readonly ErrorRow[] = [
  {
    id: 'release-pending',
    pattern: /another operation \(install\/upgrade\/rollback\) is in progress/,
    say: (_match, call) => ({
      what: `Helm refuses to touch ${releaseOf(call)}: its last revision is pending, so another operation runs or was killed half-way.`,
      remedy:
        'If somebody else upgrades this release, wait for the end of that. Else run again with the same inputs: a ' +
        'pending revision that this action made is waited for and freed, one of somebody else with `allow: release-pending`.',
    }),
  },
  {
    id: 'release-changed',
    pattern: /release: already exists/,
    say: (_match, call) => ({
      what: `Somebody else wrote a revision of ${releaseOf(call)} at the same moment.`,
      why: 'Only one of the two could win; this one changed nothing.',
      remedy: 'See with `helm history` who it was, and run again when that has ended.',
    }),
  },
  {
    id: 'no-deployed-revision',
    pattern: /has no deployed releases/,
    say: (_match, call) => ({
      what: `Helm finds no revision of ${releaseOf(call)} that it could upgrade: none was ever deployed, or the release is gone.`,
      remedy:
        'Look at `helm history`. A first installation that failed is repaired with `helm uninstall` and `helm install`.',
    }),
  },
  {
    id: 'revision-missing',
    pattern: /release has no (\d+) version/,
    say: (match, call) => ({
      what: `Helm does not find revision ${group(match, 1)} of ${releaseOf(call)}, to which the ${call.act} should lead. Nothing was written.`,
      why: 'Helm keeps a limited number of revisions (10, unless somebody upgrades with another `--history-max`), and drops the oldest.',
      remedy: 'See with `helm history` which revisions are still there, and go back to one of them or upgrade again.',
    }),
  },
  {
    id: 'release-not-found',
    pattern: /release: not found/,
    say: (_match, call) => ({
      what: `Helm does not find ${releaseOf(call)}.`,
      remedy: 'Check the inputs `release`, `namespace` and `context`; `helm list --all-namespaces` shows all releases.',
    }),
  },
  {
    id: 'namespace-terminating',
    pattern: /because it is being terminated/,
    say: (_match, call) => ({
      what: `Namespace ${call.namespace} is being deleted, so nothing can be created in it.`,
      remedy: 'Find out who deleted the namespace before anything else; an upgrade cannot keep it.',
    }),
  },
  {
    id: 'namespace-missing',
    pattern: /namespaces "([^"]+)" not found/,
    say: (match) => ({
      what: `Namespace ${group(match, 1)} does not exist.`,
      remedy: 'Check the inputs `namespace` and `context`.',
    }),
  },
  {
    id: 'record-size',
    pattern:
      /Secret "sh\.helm\.release[^"]*" is invalid: [^\n]*Too long|(?:create|update): failed to (?:create|update): Request entity too large|etcdserver: request is too large/,
    say: (_match, call) => ({
      what: `The record of the new revision of ${releaseOf(call)} is larger than a Secret may be (1 MiB).`,
      why: 'Helm keeps chart, values and manifest of a revision in one Secret.',
      remedy:
        'Make the values smaller: large files in them (certificates, scripts) belong into a ConfigMap or Secret of their own.',
    }),
  },
];
