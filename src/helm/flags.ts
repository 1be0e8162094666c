import { refused } from '../problem.js';
import { labelArguments } from './labels.js';
import type { HelmVersion, RollbackIntent, TemplateIntent, UpgradeIntent } from './port.js';

/** Whether Helm only renders (`helm upgrade --dry-run=server`) or writes. */
export type UpgradeRun = 'dry-run' | 'apply';

/** `--reset-then-reuse-values` came with 3.14.0, https://github.com/helm/helm/releases/tag/v3.14.0 */
const oldest = { major: 3, minor: 14 } as const;
/** Majors whose flags are known here. */
const newestMajor = 4;

/** Flags that only one major has. */
const flagsOfMajor: Readonly<Record<number, readonly string[]>> = {
  3: [],
  // The default of 4.x, said aloud: the release keeps its own apply method.
  4: ['--server-side=auto'],
};

const flagsOfRun: Readonly<Record<UpgradeRun, readonly string[]>> = {
  // `--output json` gives manifest and hooks apart, in the same shape in all versions.
  'dry-run': ['--dry-run=server', '--output', 'json'],
  apply: [],
};

/** Throws a Problem `helm-version-unsupported` unless the flags below exist in this version. */
export function requireSupported(version: HelmVersion): void {
  const { major, minor, text } = version;
  const tooOld = major < oldest.major || (major === oldest.major && minor < oldest.minor);
  if (!tooOld && major <= newestMajor) return;
  throw refused({
    id: 'helm-version-unsupported',
    what: `Helm ${text} cannot be used: versions from 3.14.0 on and 4.x can.`,
    why: tooOld
      ? 'Older versions have no `--reset-then-reuse-values`; without it either the values of the release or the new ' +
        "chart's defaults are lost in an upgrade."
      : 'The flags of this major version are not known, and a flag that changed its meaning could restart a database.',
    remedy: 'Set the input `helm-version` to an exact version in that range, or leave it out for the pinned default.',
  });
}

/** `--values` takes a comma-separated list in CSV form, https://pkg.go.dev/github.com/spf13/pflag#StringSliceVarP */
const listItem = (path: string): string => (/[",\n\r]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path);

const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1000))}s`;

/**
 * The arguments of `helm` for an upgrade, for Helm 3.14 to 3.x and 4.x
 * (https://helm.sh/docs/helm/helm_upgrade/). Throws a Problem `helm-version-unsupported`.
 *
 * Left out on purpose: `--wait` (workloads are watched by this program; without the flag neither major waits for them,
 * and Helm 4.0 refuses `hookOnly` as a value although it is the default), `--atomic`/`--rollback-on-failure` (a
 * database is not rolled back without asking), `--install` (a typing error must not make a new database), `--cleanup-on-fail`
 * (it could delete what holds data), `--force-conflicts` (fields of another manager are refused by name before the
 * upgrade; forcing would take them silently, and Helm refuses it on a client-side release), `--history-max` (Helm's
 * own 10 stays: it never prunes the last deployed revision, and no limit would fill etcd), `--hide-secret` (not in
 * 3.14, and it would take the Secrets out of the comparison; the output stays in memory).
 */
export function upgradeArguments(intent: UpgradeIntent, version: HelmVersion, run: UpgradeRun): string[] {
  requireSupported(version);
  const { chart } = intent;
  return [
    'upgrade',
    '--namespace',
    intent.namespace,
    intent.wholeValues === true ? '--reset-values' : '--reset-then-reuse-values',
    '--values',
    listItem(intent.valuesFile),
    '--timeout',
    seconds(intent.timeoutMs),
    '--description',
    intent.description,
    ...(chart.version === undefined ? [] : ['--version', chart.version]),
    ...(flagsOfMajor[version.major] ?? []),
    ...flagsOfRun[run],
    // A dry run stores nothing.
    ...(run === 'apply' ? labelArguments(intent.labels) : []),
    // Helm fetches and reads the server's whole schema for it, which takes half a second to two.
    ...(intent.validate ? [] : ['--disable-openapi-validation']),
    // What follows is never read as a flag.
    '--',
    intent.release,
    chart.reference,
  ];
}

/** `helm rollback --description` came with 4.3.0, https://github.com/helm/helm/pull/31580; longer ones are refused. */
const describedFrom = { major: 4, minor: 3 } as const;
const longestDescription = 256;

const takesDescription = ({ major, minor }: HelmVersion): boolean =>
  major > describedFrom.major || (major === describedFrom.major && minor >= describedFrom.minor);

/**
 * The arguments of `helm rollback` (https://helm.sh/docs/helm/helm_rollback/), for Helm 3.14 to 3.x and 4.x. Throws a
 * Problem `helm-version-unsupported`.
 *
 * Left out on purpose: `--wait` (as for an upgrade), `--force`, `--force-replace` and `--recreate-pods` (they delete
 * what runs), `--force-conflicts` and `--cleanup-on-fail` (as for an upgrade), `--no-hooks` (hooks for a rollback are
 * there because the chart is not whole without them). `--labels` does not exist: Helm copies the labels of the revision
 * that it goes back to. With `--server-side=auto` that revision's apply method is taken, not the last one's.
 *
 * @throws Error unless the revision is a positive whole number: Helm takes 0 as the one before the last
 */
export function rollbackArguments(intent: RollbackIntent, version: HelmVersion): string[] {
  requireSupported(version);
  if (!Number.isSafeInteger(intent.revision) || intent.revision < 1)
    throw new Error(`${intent.revision} is not a revision to go back to`);
  return [
    'rollback',
    '--namespace',
    intent.namespace,
    '--timeout',
    seconds(intent.timeoutMs),
    // Helm prunes before it begins, and may prune the very revision that it goes back to: no second try could be made.
    '--history-max',
    '0',
    ...(takesDescription(version)
      ? ['--description', Array.from(intent.description).slice(0, longestDescription).join('')]
      : []),
    ...(flagsOfMajor[version.major] ?? []),
    '--',
    intent.release,
    String(intent.revision),
  ];
}

/**
 * The arguments of `helm template` for what an upgrade would render, the same for Helm 3.14 to 4.x
 * (https://helm.sh/docs/helm/helm_template/).
 */
export function templateArguments({ release, namespace, chart, valuesFile, kubernetes }: TemplateIntent): string[] {
  return [
    'template',
    '--namespace',
    namespace,
    '--is-upgrade',
    '--no-hooks',
    '--values',
    listItem(valuesFile),
    '--kube-version',
    kubernetes,
    ...(chart.version === undefined ? [] : ['--version', chart.version]),
    '--',
    release,
    chart.reference,
  ];
}
