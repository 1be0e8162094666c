import type { ObjectDiff } from '../../../plan/plan.js';
import { counted, enumerated } from '../section.js';
import { configuration, plainly, secrets } from './configuration.js';
import { fieldsOf, isWorkload, named, type Field, type Topic } from './fields.js';
import { byKind, hooks, others, stays } from './objects.js';
import { images, quantities, templates } from './pods.js';

const MAX_PIECES = 12;

/** Everything that a line may be made from. */
interface Seen {
  readonly diff: readonly ObjectDiff[];
  readonly of: (topic: Topic) => readonly Field[];
}

interface Line {
  readonly title: string;
  /** Said on the page itself; the rest only where the changes are unfolded. */
  readonly first?: true;
  /** Markdown, one entry a line; none where there is nothing to say. */
  readonly from: (seen: Seen) => readonly (string | undefined)[];
}

const joined = (pieces: readonly string[]): readonly string[] =>
  pieces.length === 0 ? [] : [enumerated(pieces, MAX_PIECES)];

const workloads = (seen: Seen, fits: (one: ObjectDiff) => boolean): readonly string[] => {
  const found = seen.diff.filter((one) => isWorkload(one) && fits(one));
  return found.length === 0 ? [] : [byKind(found)];
};

const ofObject = (field: Field): string => `${named(field.object)} ${plainly(field)}`;

/** What a diff says, most important first. */
const lines: readonly Line[] = [
  { title: 'Restarted', from: (seen) => workloads(seen, ({ restarts }) => restarts) },
  { title: 'Workloads added', from: (seen) => workloads(seen, ({ change }) => change === 'added') },
  { title: 'Workloads removed', from: (seen) => workloads(seen, ({ change }) => change === 'removed') },
  { title: 'Images', first: true, from: ({ diff }) => images(diff).slice(0, MAX_PIECES) },
  { title: 'Replicas', first: true, from: ({ of }) => [quantities(of('replicas'))] },
  { title: 'Configuration', first: true, from: ({ of }) => configuration(of('configuration')).slice(0, MAX_PIECES) },
  { title: 'Resources', first: true, from: ({ of }) => [quantities(of('resources'))] },
  { title: 'Services', first: true, from: ({ of }) => joined(of('service').map(ofObject)) },
  { title: 'Other objects removed', first: true, from: ({ diff }) => [others(diff, 'removed')] },
  { title: 'Other objects added', first: true, from: ({ diff }) => [others(diff, 'added')] },
  { title: 'Hooks that Helm runs', first: true, from: ({ diff }) => [hooks(diff)] },
  { title: 'Secrets', from: ({ of }) => joined(secrets(of('secret'))) },
  { title: 'Pod templates', from: ({ of }) => [templates(of('template'))] },
  { title: 'Other fields', from: ({ of }) => joined(of('other').map(ofObject)) },
  { title: 'Stays', from: ({ diff }) => [stays(diff)] },
  { title: 'Not listed', from: ({ of }) => [bookkept(of('bookkeeping'))] },
];

function bookkept(fields: readonly Field[]): string | undefined {
  if (fields.length === 0) return undefined;
  const objects = new Set(fields.map(({ object }) => `${object.kind}/${object.name}`)).size;
  return `${counted(fields.length, 'bookkeeping label')} of ${counted(objects, 'object')} (names of the chart, checksums of what is listed)`;
}

function say(diff: readonly ObjectDiff[], fits: (line: Line) => boolean): readonly string[] {
  const fields = fieldsOf(diff);
  const seen: Seen = { diff, of: (topic) => fields.filter((field) => field.topic === topic) };
  return lines
    .filter(fits)
    .flatMap(({ title, from }) => from(seen).flatMap((text) => (text === undefined ? [] : [`**${title}:** ${text}`])));
}

/** What matters of a diff besides which workloads restart, come and go: a Markdown line each. */
export const mainChanges = (diff: readonly ObjectDiff[]): readonly string[] => say(diff, ({ first }) => first === true);

/** Everything a diff says in words: a Markdown line each. */
export const allChanges = (diff: readonly ObjectDiff[]): readonly string[] => say(diff, () => true);
