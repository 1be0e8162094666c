import type { ChartSource } from '../port.js';

/** One version of the chart that a source offers. */
export interface ChartEntry {
  readonly version: string;
  /** '' where the chart names none. */
  readonly appVersion: string;
}

/** A subchart as Chart.yaml or requirements.yaml declares it. */
export interface ChartDependency {
  readonly name: string;
  /** The key of its values in the chart, where it differs from the name. */
  readonly alias?: string;
  readonly version: string;
  /** Path of the value that turns it on, for example `pulsar.enabled`. */
  readonly condition?: string;
}

/** A chart on this machine, ready for Helm. */
export interface FetchedChart extends ChartSource {
  readonly chartName: string;
  readonly chartVersion: string;
  readonly appVersion: string;
  /** The chart's own values.yaml, '' if it has none. */
  readonly valuesYaml: string;
  readonly dependencies: readonly ChartDependency[];
}

/** Where charts come from: an index over HTTP, a directory of packages, one local chart, or an OCI registry. */
export interface ChartRepository {
  /** For sentences and the report; never with credentials. */
  readonly describe: string;
  /** The versions of the chart that are there, as the source orders them. Rejects with a Problem. */
  entries(signal?: AbortSignal): Promise<readonly ChartEntry[]>;
  /** Brings one of `entries()` to this machine and reads it. Rejects with a Problem. */
  fetch(entry: ChartEntry, signal?: AbortSignal): Promise<FetchedChart>;
}
