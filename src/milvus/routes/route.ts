import type { ChartEntry, ResolvedChart } from '../resolve.js';
import type { CoordinatorStyle, Known, MessageQueue, Metastore, Mode } from '../knowledge.js';
import type { MilvusVersion } from '../version.js';

/** What decides which way leads from one version to another. Plain data: nothing is read for it. */
export interface RouteQuestion {
  readonly source: MilvusVersion;
  readonly target: MilvusVersion;
  readonly mode: Mode;
  readonly coordinators: CoordinatorStyle;
  readonly streamingNode: boolean;
  readonly indexNode: boolean;
  readonly queue: Known<MessageQueue>;
  readonly metastore: Known<Metastore>;
  /** Chart of the release, with the app version that its record tells. */
  readonly installed: ChartEntry;
  /** Charts of the repository. */
  readonly entries: readonly ChartEntry[];
  /** The input chart-version; it is meant for the last hop. */
  readonly requestedChart?: string;
  /** Check ids that the user overrides. */
  readonly allow: readonly string[];
}

/** A frozen key that this hop changes on purpose, because the route says so. */
export interface RouteChange {
  /** Dotted values path, for example `mixCoordinator.enabled`. */
  readonly key: string;
  readonly value: string | number | boolean;
  /** One sentence. */
  readonly why: string;
}

/** One upgrade of the route. */
export interface RouteHop {
  /** Id of the row of the table that allows it, for example `2.4-to-2.5`. */
  readonly row: string;
  readonly path: 'helm' | 'migration';
  /** Milvus versions, without a leading v. */
  readonly source: string;
  readonly target: string;
  readonly chart: ResolvedChart;
  readonly changes: readonly RouteChange[];
  /** Worth knowing before this hop, a sentence each. */
  readonly notices: readonly string[];
  /** What cannot be taken back once this hop has begun to write; absent where `helm rollback` is truthful. */
  readonly pointOfNoReturn?: string;
  /** Public source of the row. */
  readonly documentation: string;
}

/** What speaks against a route, or for care. */
export interface RouteFinding {
  readonly id: string;
  readonly severity: 'block' | 'warn';
  readonly seen: string;
  readonly why: string;
  readonly remedy: string;
  readonly source: string;
  readonly overridable: boolean;
}

/**
 * The whole way. With a finding that blocks and is not allowed, `hops` are those that could be found all the same
 * (empty where there is no way at all).
 */
export interface Route {
  readonly hops: readonly RouteHop[];
  readonly findings: readonly RouteFinding[];
}
