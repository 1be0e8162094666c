import type { ProblemDetails } from '../problem.js';
import type { CoordinatorStyle } from './knowledge.js';
import { advice, badTargets, crossings, detours, type Crossing } from './route-table.js';
import {
  compareMilvusVersions,
  compareMinors,
  isPrerelease,
  minorOf,
  parseMilvusVersion,
  sameMinor,
  type MilvusVersion,
} from './version.js';

export interface RouteQuestion {
  readonly source: MilvusVersion;
  readonly target: MilvusVersion;
  readonly coordinators: CoordinatorStyle;
}

/** Whether one Helm upgrade may take `source` to `target`. */
export type Route =
  | {
      readonly allowed: true;
      /** `same-version`, `within-minor`, or the id of a crossing. */
      readonly id: string;
      readonly source: string;
      readonly notices: readonly string[];
    }
  | {
      readonly allowed: false;
      readonly details: ProblemDetails;
      /** Address of the public source of the rule. */
      readonly source: string;
      /** Nothing in the sources says that data is lost, so a person may decide otherwise. */
      readonly overridable: boolean;
    };

/** A version written in the tables. A row that cannot be read is a mistake in the table, not bad input. */
function version(text: string): MilvusVersion {
  const parsed = parseMilvusVersion(text);
  if (parsed === undefined) throw new Error(`${text} in a table is not a Milvus version`);
  return parsed;
}

const older = (a: MilvusVersion, b: string): boolean => compareMilvusVersions(a, version(b)) < 0;

const releases = 'https://github.com/milvus-io/milvus/releases';

interface Refusal {
  readonly id: string;
  readonly what: string;
  readonly why: string;
  readonly source: string;
  /** Target of the next hop, where a hop can be made now; without a leading v. */
  readonly nextHop?: string;
  readonly remedy?: string;
  readonly overridable?: boolean;
}

function refusal({ id, what, why, source, nextHop, remedy, overridable = false }: Refusal): Route {
  const next = nextHop === undefined ? undefined : `Upgrade to ${nextHop} first (target-version: ${nextHop}).`;
  const details = {
    id,
    what,
    why,
    remedy: [next, remedy, `See ${source}`].filter((part) => part !== undefined).join(' '),
  };
  return { allowed: false, details, source, overridable };
}

/** Rules that hold before any crossing is looked at. */
function general({ source, target }: RouteQuestion): Route | undefined {
  if (compareMilvusVersions(target, source) < 0) {
    return refusal({
      id: 'downgrade',
      what: `Milvus ${target.text} is older than ${source.text}, which runs.`,
      why: 'Milvus writes metadata and indexes that older versions cannot read.',
      source: 'https://github.com/milvus-io/milvus/issues/33242',
      remedy: 'Give a newer target-version; to go back, restore a backup made before the upgrade.',
    });
  }
  for (const [side, candidate] of [
    ['source', source],
    ['target', target],
  ] as const) {
    if (!isPrerelease(candidate)) continue;
    return refusal({
      id: `prerelease-${side}`,
      what: `Milvus ${source.text} is not upgraded to ${target.text}: ${candidate.text} is a pre-release.`,
      why: 'Its data formats are not kept compatible with releases.',
      source: releases,
      remedy: side === 'target' ? 'Choose a release as target-version.' : 'Move the data to a new installation.',
    });
  }
  const bad = badTargets.find(
    ({ from, to }) => !older(target, from) && compareMilvusVersions(target, version(to)) <= 0,
  );
  if (bad !== undefined) {
    return refusal({
      id: bad.id,
      what: `Milvus ${target.text} should not be a target: ${bad.reason}.`,
      why: 'The defect is known and a later release of the same minor does not have it.',
      source: bad.source,
      remedy: `Choose ${bad.instead} or newer as target-version.`,
      overridable: true,
    });
  }
  return undefined;
}

/** A crossing whose ends are checked against their minimum versions. */
function crossed(row: Crossing, { source, target, coordinators }: RouteQuestion): Route {
  if (row.blocked !== undefined) {
    const { id, reason, nextHop, remedy } = row.blocked;
    const first = nextHop !== undefined && older(source, nextHop) ? nextHop : undefined;
    const what = `Milvus ${source.text} cannot be upgraded to ${target.text} by this version of the action.`;
    return refusal({
      id,
      what,
      why: reason,
      source: row.source,
      remedy,
      ...(first === undefined ? {} : { nextHop: first }),
    });
  }
  if (row.sourceFrom !== undefined && older(source, row.sourceFrom.version)) {
    return refusal({
      id: `${row.id}-source`,
      what: `Milvus ${source.text} is too old to go to ${target.text} directly; ${row.sourceFrom.version} is the first that may.`,
      why: row.sourceFrom.reason,
      source: row.source,
      nextHop: row.sourceFrom.hop,
    });
  }
  if (row.targetFrom !== undefined && older(target, row.targetFrom.version)) {
    return refusal({
      id: `${row.id}-target`,
      what: `Milvus ${target.text} is not a safe target for ${source.text}; ${row.targetFrom.version} is the first that is.`,
      why: row.targetFrom.reason,
      source: row.source,
      remedy: `Choose ${row.targetFrom.version} or newer as target-version.`,
      overridable: true,
    });
  }
  const notices = advice
    .filter(
      ({ crossing, below, style }) =>
        crossing === row.id &&
        (below === undefined || older(target, below)) &&
        (style === undefined || style === coordinators),
    )
    .map(({ text }) => text);
  return { allowed: true, id: row.id, source: row.source, notices };
}

/** A target more than one minor away: where to go first. */
function skipped({ source, target }: RouteQuestion): Route {
  const detour = detours.find(({ from }) => from === minorOf(source));
  if (detour === undefined) {
    return refusal({
      id: 'unknown-line',
      what: `No upgrade from Milvus ${source.text} to ${target.text} is known to this version of the action.`,
      why: 'Only documented upgrades are made.',
      source: 'https://milvus.io/docs/upgrade_milvus_cluster-helm.md',
      remedy: 'Look for a newer version of the action, or for the documentation of this pair.',
    });
  }
  const hop = detour.hops.find((candidate) => older(source, candidate));
  const crossable = compareMinors(target, version('2.5.0')) <= 0 && compareMinors(source, version('2.2.0')) >= 0;
  return refusal({
    id: 'skipped-minor',
    what: `Milvus ${source.text} to ${target.text} takes more than one upgrade.`,
    why: 'Each minor version converts what the one before it wrote; upgrades that skip one are not documented or not tested.',
    source: detour.source,
    ...(hop === undefined ? { remedy: detour.otherwise } : { nextHop: hop }),
    // From 2.2.15 to 2.5 the documentation speaks of "latest" in one step; reports of success go minor by minor.
    overridable: crossable && !older(source, '2.2.15'),
  });
}

/** Decides the route by the tables in route-table.ts; pure. */
export function routeOf(question: RouteQuestion): Route {
  const { source, target } = question;
  if (compareMilvusVersions(source, target) === 0) {
    return { allowed: true, id: 'same-version', source: releases, notices: [] };
  }
  const first = general(question);
  if (first !== undefined) return first;
  if (sameMinor(source, target) && !older(source, '2.0.0')) {
    return { allowed: true, id: 'within-minor', source: releases, notices: [] };
  }
  const row = crossings.find(({ from, to }) => from === minorOf(source) && to === minorOf(target));
  return row === undefined ? skipped(question) : crossed(row, question);
}
