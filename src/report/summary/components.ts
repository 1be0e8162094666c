import type { ComponentFact, Facts, WorkloadFact } from '../../plan/facts.js';
import type { Report } from '../report.js';
import { code, markdown } from '../safe.js';
import { blocks, folded, keep, table, type Section } from './section.js';

/** One line of the before/after table. Undefined: not there, or not seen. */
interface Row {
  readonly name: string;
  readonly versions: readonly [string | undefined, string | undefined];
  readonly images: readonly [readonly string[] | undefined, readonly string[] | undefined];
  readonly now: WorkloadFact | undefined;
}

/** How the workloads stood when the run looked last. */
function lastSeen(report: Report): readonly WorkloadFact[] {
  // What was stuck was taken back, and seen ready after that.
  if (report.result === 'restored' && report.after !== undefined) return report.after.workloads;
  return report.stuck ?? (report.after ?? report.before)?.workloads ?? [];
}

/** The version behind images that were seen after the upgrade began: those of its hops, those of before, or both. */
function versionSeen(report: Report, old: ComponentFact | undefined, images: readonly string[]): string {
  const hops = report.plan?.hops ?? [];
  const reached = new Map(hops.map((hop) => [`${hop.image.repository}:${hop.image.tag}`, hop.targetVersion]));
  const versions = images.map((image) => {
    const version = reached.get(image);
    if (version !== undefined) return version;
    return old?.images.includes(image) === true ? (versionOf(old) ?? 'unknown') : 'unknown';
  });
  return [...new Set(versions)].sort().join(' and ');
}

const versionOf = (fact: ComponentFact | undefined): string | undefined =>
  fact === undefined ? undefined : fact.version.known ? fact.version.value : 'unknown';

const imagesOf = (workload: WorkloadFact): readonly string[] =>
  workload.runningImages.length > 0 ? workload.runningImages : workload.templateImages;

function componentsOf(report: Report): readonly Row[] {
  const before = new Map(report.before?.components.map((fact) => [fact.component, fact]));
  const after = new Map(report.after?.components.map((fact) => [fact.component, fact]));
  const seen = lastSeen(report);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].map((name) => {
    const [old, current] = [before.get(name), after.get(name)];
    const now = seen.find((workload) => workload.name === (current ?? old)?.workload);
    const stuck = report.after === undefined && report.stuck !== undefined && now !== undefined;
    return {
      name,
      versions: [versionOf(old), stuck ? versionSeen(report, old, imagesOf(now)) : versionOf(current)],
      images: [old?.images, stuck ? imagesOf(now) : current?.images],
      now,
    };
  });
}

function dependenciesOf(facts: Facts | undefined, seen: readonly WorkloadFact[]): readonly Row[] {
  const old = (facts?.workloads ?? []).filter(({ component }) => component === undefined);
  const now = seen.filter(({ component }) => component === undefined);
  const names = new Set([...old, ...now].map(({ name }) => name));
  return [...names].map((name) => {
    const [before, current] = [old.find((one) => one.name === name), now.find((one) => one.name === name)];
    return {
      name,
      versions: [undefined, undefined],
      images: [before && imagesOf(before), current && imagesOf(current)],
      now: current,
    };
  });
}

function readiness(workload: WorkloadFact | undefined): string {
  if (workload === undefined) return '';
  if (!workload.exists) return '⚠️ missing';
  return `${workload.healthy ? '' : '⚠️ '}${workload.ready}/${workload.wanted}`;
}

const shownImages = (images: readonly string[] | undefined): string =>
  images === undefined ? '–' : images.length === 0 ? 'none' : images.map(code).join('<br>');

const same = (row: Row): boolean => row.images[0]?.join() === row.images[1]?.join();

function rowCells(compared: boolean) {
  return (row: Row): readonly string[] => {
    const name = markdown(row.name);
    const now = readiness(row.now);
    if (!compared) return [name, markdown(row.versions[0] ?? '–'), shownImages(row.images[0]), now];
    const [from, to] = row.versions;
    const version = from === to || to === undefined ? (from ?? '–') : `${from ?? 'new'} → ${to}`;
    const images = same(row)
      ? `${shownImages(row.images[0])} (same)`
      : `${shownImages(row.images[0])}<br>→ ${shownImages(row.images[1])}`;
    return [name, markdown(version), images, now];
  };
}

const withoutVersion = (cells: readonly string[]): readonly string[] => cells.filter((_, index) => index !== 1);

/** Before and after by component, dependencies folded below it. */
export function components(report: Report): readonly Section[] {
  const compared = report.after !== undefined || report.stuck !== undefined;
  const rows = componentsOf(report);
  const dependencies = dependenciesOf(report.before, lastSeen(report));
  // What was seen before something was written is not what runs now.
  const stale = report.changed && !compared;
  const sections: Section[] = [];
  if (rows.length > 0) {
    const all = table(['Component', 'Version', 'Image', 'Pods ready'], rows.map(rowCells(compared)));
    const title = compared ? '### Before and after' : '### What runs now';
    const text = stale ? folded('What ran before this run', all) : blocks(title, all);
    sections.push({ name: 'components', keep: keep.components, text });
  }
  if (dependencies.length > 0) {
    const cells = dependencies.map(rowCells(compared)).map(withoutVersion);
    const changed = compared ? dependencies.filter((row) => !same(row)).length : 0;
    const unwell = dependencies.filter(({ now }) => now?.healthy === false).length;
    const notes = [
      ...(compared ? [changed === 0 ? 'images unchanged' : `${changed} with another image`] : []),
      ...(unwell > 0 ? [`${unwell} not ready`] : []),
    ];
    const heading = [
      stale ? 'Dependencies before this run' : 'Dependencies',
      ...(notes.length > 0 ? [notes.join(', ')] : []),
    ].join(': ');
    const text = folded(heading, table(['Workload', 'Image', 'Pods ready'], cells));
    sections.push({ name: 'dependencies', keep: keep.dependencies, text });
  }
  return sections;
}
