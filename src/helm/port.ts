import type { KubeObject } from '../cluster/port.js';

/** A JSON object of chart values. */
export type Values = Readonly<Record<string, unknown>>;

/** Release statuses as Helm writes them (helm.sh, pkg/release/common). */
export const releaseStatuses = [
  'unknown',
  'deployed',
  'uninstalled',
  'superseded',
  'failed',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
] as const;

export type ReleaseStatus = (typeof releaseStatuses)[number];

/** How Helm applies the release's objects. Helm 3 records nothing: `client`. */
export type ApplyMethod = 'client' | 'server';

/** One revision of a release, decoded from its Secret. Holds user values: never print it whole. */
export interface ReleaseRecord {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  readonly description: string;
  /** RFC 3339; when this revision was written. */
  readonly lastDeployed: string;
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion: string };
  /** Default values of the chart that made this revision. */
  readonly chartValues: Values;
  readonly applyMethod: ApplyMethod;
  /** User-supplied values, as `helm get values` shows them. */
  readonly userValues: Values;
  /** The manifest, raw YAML of several documents. */
  readonly manifest: string;
  /** Labels given with `--labels` (Helm's own removed). */
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes of the stored record (limit of a Secret: 1 048 576). */
  readonly storedBytes: number;
}

export interface HelmVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Without a leading v: `3.22.0`. */
  readonly text: string;
}

/** Where Helm takes the chart from; `reference` is what goes on its command line, local wherever we fetched it. */
export interface ChartSource {
  readonly reference: string;
  /** Only for oci:// references and repository names; undefined for a local directory or archive. */
  readonly version?: string;
}

/** What an upgrade is, without any flag. src/helm/flags.ts turns it into arguments per Helm version. */
export interface UpgradeIntent {
  readonly release: string;
  readonly namespace: string;
  readonly chart: ChartSource;
  /** A 0600 JSON file with this run's values (given and frozen), passed with `--values`. */
  readonly valuesFile: string;
  /** The file has all user values, in place of the stored ones; else they are laid over those. */
  readonly wholeValues?: boolean;
  /** Applies to Helm's own operations, in milliseconds. */
  readonly timeoutMs: number;
  readonly description: string;
  readonly applyMethod: ApplyMethod;
  /** Whether Helm holds the objects against the server's schema itself: not where the server has judged them already. */
  readonly validate: boolean;
  /** Stored as labels of the release's Secret from the moment Helm begins; they survive a killed Helm. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Going back to an earlier revision: Helm writes a new one with that one's manifest and values. */
export interface RollbackIntent {
  readonly release: string;
  readonly namespace: string;
  /** The revision to go back to. */
  readonly revision: number;
  /** Applies to Helm's own operations, in milliseconds. */
  readonly timeoutMs: number;
  readonly description: string;
}

/** What a dry run renders: the same shape for Helm 3 and 4. */
export interface Rendered {
  /** Objects of the manifest, hooks left out. */
  readonly manifest: readonly KubeObject[];
  /** Hook objects (kind and name matter; nothing in the Milvus charts has hooks by default). */
  readonly hooks: readonly KubeObject[];
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion: string };
  /** User values of the revision that would be written. */
  readonly userValues: Values;
}

/** A chart to be rendered without the cluster. */
export interface TemplateIntent {
  readonly release: string;
  readonly namespace: string;
  readonly chart: ChartSource;
  /** A 0600 JSON file with all user values of the revision that would be written. */
  readonly valuesFile: string;
  /** Version of the cluster, for example `v1.36.4`: templates ask for it. */
  readonly kubernetes: string;
}

export interface Helm {
  readonly version: HelmVersion;
  /** `helm upgrade --dry-run=server`. Rejects with a classified Problem. Secrets stay in memory. */
  dryRun(intent: UpgradeIntent, signal?: AbortSignal): Promise<Rendered>;
  /**
   * `helm template --is-upgrade`: objects without hooks. Asks the cluster nothing, so what a template looks up there is
   * missing. Rejects with a classified Problem.
   */
  template(intent: TemplateIntent, signal?: AbortSignal): Promise<readonly KubeObject[]>;
  /**
   * `helm upgrade --reset-then-reuse-values`, without waiting. Resolves when Helm ended with 0. Rejects with a
   * classified Problem otherwise; after `signal` (SIGINT passed on) with id `cancelled`.
   */
  upgrade(intent: UpgradeIntent, signal?: AbortSignal): Promise<void>;
  /** `helm rollback`, without waiting. Resolves and rejects as `upgrade` does. */
  rollback(intent: RollbackIntent, signal?: AbortSignal): Promise<void>;
}
