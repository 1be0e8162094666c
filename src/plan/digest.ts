import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.js';
import type { Hop, Plan } from './plan.js';
import { isCovered } from './checks/table.js';

/** What of a hop is approved: everything but words, estimates and how far it came. */
const approvedPart = ({ path, sourceVersion, targetVersion, chartVersion, image, changes }: Hop) => [
  ...[path, sourceVersion, targetVersion, chartVersion, image],
  changes.map(({ key, value }) => [key, value]),
];

/** Whether two ways are the same in what is approved of them. */
export const isSameWay = (a: readonly Hop[], b: readonly Hop[]): boolean =>
  canonicalJson(a.map(approvedPart)) === canonicalJson(b.map(approvedPart));

/**
 * What a person approves. The digest is a hash over the hashes of named sections, and carries the first digits of each
 * section's hash behind it: so a run that finds another plan can say which sections moved without having the approved
 * plan at hand. Left out on purpose: operation, time-outs, credentials, tool versions, where the chart came from, pod
 * names, the health of the moment, and whatever a reading role cannot see.
 */
const sections = {
  release: (plan: Plan) => [plan.release, plan.namespace],
  cluster: (plan: Plan) => plan.cluster,
  'installed revision and chart': (plan: Plan) => [plan.installed.revision, plan.installed.chartVersion],
  'source images': (plan: Plan) => [plan.installed.images, plan.sourceVersion],
  target: (plan: Plan) => plan.targetVersion,
  'route (charts and images)': (plan: Plan) => plan.hops.map(approvedPart),
  values: (plan: Plan) => plan.values,
  'frozen values': (plan: Plan) => plan.frozen.map(({ key, value }) => [key, value]),
  'diff of the objects': (plan: Plan) => plan.diff.filter(({ change }) => change !== 'unchanged'),
  'failed checks': (plan: Plan) =>
    plan.checks.filter(({ id, status }) => status !== 'passed' && isCovered(id)).map(({ id, seen }) => [id, seen]),
  allow: (plan: Plan) => [...plan.allow].sort(),
} as const satisfies Record<string, (plan: Plan) => unknown>;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const markLength = 6;

/**
 * The digest of a plan: 64 hex digits of SHA-256, a hyphen, and 6 hex digits for each section in order.
 *
 * @param plan a plan with its diff and checks
 * @returns for example `9f86d0…-a1b2c3d4e5f6…`; the same for Helm 3 and 4 and for a reading and a writing role
 */
export function planDigest(plan: Plan): string {
  const hashes = Object.values(sections).map((cover) => sha256(canonicalJson(cover(plan))));
  return `${sha256(hashes.join('\n'))}-${hashes.map((hash) => hash.slice(0, markLength)).join('')}`;
}

/** Shape of a digest as an input accepts it: the long form, or the bare SHA-256. */
export const digestShape = /^[0-9a-f]{64}(-([0-9a-f]{6})+)?$/;

/**
 * Compares an approved digest with the plan computed now.
 *
 * @param approved a digest of the shape above
 * @param plan the plan of this run
 * @returns undefined when it is the approved plan, else the names of the sections that moved (empty when the approved
 *   digest was given without its section marks)
 */
export function movedSections(approved: string, plan: Plan): readonly string[] | undefined {
  const now = planDigest(plan);
  const [whole, marks] = approved.split('-');
  if (whole === now.slice(0, 64)) return undefined;
  if (marks === undefined) return [];
  const current = now.slice(65);
  return Object.keys(sections).filter(
    (_, i) => marks.slice(i * markLength, (i + 1) * markLength) !== current.slice(i * markLength, (i + 1) * markLength),
  );
}
