import { compareMilvusVersions, compareMinors, minorOf, sameMinor, type MilvusVersion } from '../version.js';
import { applies, type ChangeSet } from './changes.js';
import { crossings, type Crossing } from './crossings.js';
import { lineOf, stopOf } from './lines.js';
import type { RouteQuestion } from './route.js';
import { notes, releases, samePage, upgradePages, type Pages } from './sources.js';
import { older, tableVersion } from './table-version.js';

/** One upgrade of the way, before anything is known of its chart. */
export interface Leg {
  readonly row: string;
  readonly path: 'helm' | 'migration';
  readonly source: MilvusVersion;
  readonly target: MilvusVersion;
  /** From minor to minor: none within a minor, several where a step over minors was asked for. */
  readonly crossings: readonly Crossing[];
  readonly changes: readonly ChangeSet[];
  /** Why there is a stop, where it is one. */
  readonly reason?: string;
  readonly documentation: Pages;
}

type Question = Pick<RouteQuestion, 'source' | 'target' | 'mode' | 'coordinators' | 'allow'>;

/** Documented in one step to any newer release up to 2.5; every reported success went minor by minor. */
const skippable = { from: '2.2.15', toMinor: '2.5.0' };

const within = (source: MilvusVersion, target: MilvusVersion): Leg => ({
  row: 'within-minor',
  path: 'helm',
  source,
  target,
  crossings: [],
  changes: [],
  documentation: samePage(notes(`v${minorOf(target)}.x`)),
});

/** The crossings from one minor to another in their order; undefined where the chain does not reach. */
function chain(source: MilvusVersion, target: MilvusVersion): readonly Crossing[] | undefined {
  const first = crossings.findIndex(({ from }) => from === minorOf(source));
  const last = crossings.findIndex(({ to }) => to === minorOf(target));
  return first === -1 || last < first ? undefined : crossings.slice(first, last + 1);
}

/** Whether a chain may be taken in one step, if somebody asks for it. */
const maySkip = ({ source, target }: Question, way: readonly Crossing[]): boolean =>
  way.length > 1 && !older(source, skippable.from) && compareMinors(target, tableVersion(skippable.toMinor)) <= 0;

const newerOf = (a: MilvusVersion, b: MilvusVersion): MilvusVersion => (compareMilvusVersions(a, b) >= 0 ? a : b);

/** The hop within a minor that makes it ready to be left. */
function departure(at: MilvusVersion, { from, leave, before }: Crossing, prepare: boolean): Leg {
  const leg = within(at, newerOf(at, stopOf(from)));
  if (prepare && before !== undefined) return { ...leg, row: before.row, documentation: before.documentation };
  return leave === undefined ? leg : { ...leg, reason: leave.reason };
}

/** With the changes that its arrival has to bring. */
const bringing = (leg: Leg, changes: ChangeSet): Leg => ({ ...leg, changes: [...leg.changes, changes] });

function stepByStep(question: Question, way: readonly Crossing[]): readonly Leg[] {
  const { source, target } = question;
  let legs: readonly Leg[] = [];
  for (const crossing of way) {
    const { before, along, leave } = crossing;
    const at = legs.at(-1)?.target ?? source;
    const prepare = before !== undefined && applies(before, question);
    if (legs.length === 0 && (prepare || (leave !== undefined && older(at, leave.version)))) {
      legs = [departure(at, crossing, prepare)];
    }
    if (prepare) legs = legs.map((leg, index) => (index === legs.length - 1 ? bringing(leg, before) : leg));
    const to = minorOf(target) === crossing.to ? target : stopOf(crossing.to);
    const { row, path, documentation } = crossing;
    const changes = along !== undefined && applies(along, question) ? [along] : [];
    const from = legs.at(-1)?.target ?? source;
    legs = [...legs, { row, path, source: from, target: to, crossings: [crossing], changes, documentation }];
  }
  return legs;
}

/**
 * The upgrades that lead from source to target: minor by minor, each minor left from a version that may leave it, and
 * with what the next one needs in place. The target is not older than the source.
 *
 * @returns undefined where no documented way leads there
 */
export function wayTo(question: Question): readonly Leg[] | undefined {
  const { source, target, allow } = question;
  const same = compareMilvusVersions(source, target) === 0;
  if (same) return [{ ...within(source, target), row: 'same-version', documentation: samePage(releases) }];
  if (lineOf(source) === undefined || lineOf(target) === undefined) return undefined;
  if (sameMinor(source, target)) return [within(source, target)];
  const way = chain(source, target);
  if (way === undefined) return undefined;
  if (!allow.includes('skipped-minor') || !maySkip(question, way)) return stepByStep(question, way);
  const documentation = upgradePages(`v${minorOf(target)}.x`);
  return [{ ...within(source, target), row: 'skipped-minor', crossings: way, documentation }];
}
