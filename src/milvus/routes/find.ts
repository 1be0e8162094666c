import { compareMilvusVersions, isPrerelease } from '../version.js';
import { badTarget } from './bad-targets.js';
import type { Route, RouteFinding, RouteQuestion } from './route.js';
import { issue, releases, upgradePages } from './sources.js';
import { walk } from './walk.js';
import { wayTo, type Leg } from './way.js';

/** Rules on the two ends of a route; one that is broken leaves no way at all. */
interface EndRule extends Omit<RouteFinding, 'seen' | 'severity' | 'overridable'> {
  readonly broken: (question: RouteQuestion) => boolean;
  readonly seen: (question: RouteQuestion) => string;
}

const prerelease = (side: 'source' | 'target') => ({
  broken: (question: RouteQuestion) => isPrerelease(question[side]),
  seen: (question: RouteQuestion) =>
    `Milvus ${question.source.text} is not upgraded to ${question.target.text}: ${question[side].text} is a pre-release.`,
  why: 'Its data formats are not kept compatible with releases.',
  source: releases,
});

export const endRules: readonly EndRule[] = [
  {
    id: 'downgrade',
    broken: ({ source, target }) => compareMilvusVersions(target, source) < 0,
    seen: ({ source, target }) => `Milvus ${target.text} is older than ${source.text}, which runs.`,
    why: 'Milvus writes metadata and indexes that older versions cannot read.',
    remedy: 'Give a newer target-version; to go back, restore a backup made before the upgrade.',
    source: issue(33242),
  },
  { id: 'prerelease-source', ...prerelease('source'), remedy: 'Move the data to a new installation.' },
  { id: 'prerelease-target', ...prerelease('target'), remedy: 'Choose a release as target-version.' },
];

const unknownLine = ({ source, target }: RouteQuestion): RouteFinding => ({
  id: 'unknown-line',
  severity: 'block',
  seen: `No upgrade from Milvus ${source.text} to ${target.text} is known to this version of the action.`,
  why: 'Only documented upgrades are made.',
  remedy: 'Look for a newer version of the action, or for the documentation of this pair.',
  source: 'https://milvus.io/docs/upgrade_milvus_cluster-helm.md',
  overridable: false,
});

/** A final target with a known defect. */
function defects({ target }: RouteQuestion): readonly RouteFinding[] {
  const bad = badTarget(target);
  if (bad === undefined) return [];
  return [
    {
      id: bad.id,
      severity: 'block',
      seen: `Milvus ${target.text} should not be a target: ${bad.reason}.`,
      why: 'The defect is known and a later release of the same minor does not have it.',
      remedy: `Choose ${bad.instead} or newer as target-version.`,
      source: bad.source,
      overridable: true,
    },
  ];
}

/** Somebody asked for one step over several minors, and the documentation does not forbid it. */
export const skipFinding = {
  id: 'skipped-minor',
  severity: 'block',
  why: 'Each minor version converts what the one before it wrote; reports of success go minor by minor.',
  remedy: 'Leave `skipped-minor` out of allow to go minor by minor.',
  source: upgradePages('v2.5.x').cluster,
  overridable: true,
} as const;

const skips = (legs: readonly Leg[]): readonly RouteFinding[] =>
  legs
    .filter(({ row }) => row === 'skipped-minor')
    .map(({ source, target }) => ({
      ...skipFinding,
      seen: `Milvus ${source.text} goes to ${target.text} in one step, over the minors between.`,
    }));

/** The first finding of each id: the same matter comes up again on later hops. */
const distinct = (findings: readonly RouteFinding[]): readonly RouteFinding[] =>
  findings.filter(({ id }, index) => findings.findIndex((other) => other.id === id) === index);

/**
 * Finds the whole way from the running version to the target, by the tables beside this file. Pure: the same question
 * gives the same route.
 *
 * @param question versions, topology and charts; an unknown message queue is not judged here
 * @returns hops in their order, each with its chart, and all findings whatever `allow` says: the caller tells the
 *   overridden ones apart by their ids. `allow: skipped-minor` alone changes the way.
 */
export function findRoute(question: RouteQuestion): Route {
  const { source, target } = question;
  const upgrade = compareMilvusVersions(source, target) !== 0;
  const broken = upgrade ? endRules.filter((rule) => rule.broken(question)) : [];
  if (broken.length > 0) {
    const blocks = { severity: 'block', overridable: false } as const;
    const found = broken.map(({ id, seen, why, remedy, source: page }) => ({
      ...{ ...blocks, id, seen: seen(question), why, remedy, source: page },
    }));
    return { hops: [], findings: found };
  }
  const legs = wayTo(question);
  if (legs === undefined) return { hops: [], findings: [unknownLine(question)] };
  const { hops, findings } = walk(question, legs);
  return { hops, findings: distinct([...(upgrade ? defects(question) : []), ...skips(legs), ...findings]) };
}
