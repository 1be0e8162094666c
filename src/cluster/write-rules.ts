import type { Failed } from './attempt.js';
import { isObject } from './json.js';
import type { KubeObject } from './port.js';

/** Annotation that holds the random word of the last write through this port. */
export const writeMark = 'milvus-upgrade/write';

export const markOf = (object: KubeObject): unknown => {
  const { annotations } = object.metadata;
  return isObject(annotations) ? annotations[writeMark] : undefined;
};

/** The object with the mark of this write instead of an earlier one's. */
export const marked = (object: KubeObject, word: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [writeMark]: word } },
});

export type Way = 'create' | 'replace';

/**
 * What a failed try means. `look`: it may have taken place, or somebody else was first. `wait`: it did not take place,
 * and another try may. `gone`: there is nothing to replace. `refused`: it did not take place and will not.
 */
export type Verdict = 'look' | 'wait' | 'gone' | 'refused';

/**
 * Also a 409 needs a look: it answers a second try of a write that took place, somebody else's write, and a quota that
 * was counted by two at once. https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
const verdicts: Readonly<Record<Way, ReadonlyMap<number, Verdict>>> = {
  create: new Map<number, Verdict>([
    [408, 'look'],
    [409, 'look'],
    [429, 'wait'],
  ]),
  replace: new Map<number, Verdict>([
    [404, 'gone'],
    [408, 'look'],
    [409, 'look'],
    [429, 'wait'],
  ]),
};

export function verdictOf(way: Way, { answer, problem, unsent }: Failed): Verdict {
  if (answer !== undefined) return verdicts[way].get(answer.status) ?? (answer.status >= 500 ? 'look' : 'refused');
  if (unsent === true) return problem.transient ? 'wait' : 'refused';
  return 'look';
}

/** What a look at the object says: this write took place, nothing has happened yet, or somebody else was first. */
export type Fate = 'written' | 'untouched' | 'lost';

/** @param decidedOn resourceVersion that a replacement was decided on; undefined for a creation */
export function fateOf(found: KubeObject | undefined, word: string, decidedOn: string | undefined): Fate {
  if (found === undefined) return decidedOn === undefined ? 'untouched' : 'lost';
  if (markOf(found) === word) return 'written';
  return decidedOn !== undefined && found.metadata.resourceVersion === decidedOn ? 'untouched' : 'lost';
}
