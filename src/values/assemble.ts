import type { Values } from '../helm/port.js';
import type { FrozenValue } from '../plan/plan.js';
import type { ProblemDetails } from '../problem.js';
import { inputOf, reach, type Given } from './given.js';
import { effective, overlay } from './merge.js';
import { equal, getPath, setPath } from './tree.js';

/** Everything that decides this run's values. */
export interface Assembly {
  readonly given: Given;
  readonly frozen: readonly FrozenValue[];
  /** Repository and tag of the target image. */
  readonly image: { readonly repository: string; readonly tag: string };
}

/** A key that this run writes whether the user names it or not. */
interface Written {
  readonly key: string;
  readonly value: string | number | boolean;
  /** What it follows from, for messages. */
  readonly follows: string;
  readonly remedy: string;
}

function written({ frozen, image }: Assembly): Written[] {
  return [
    {
      key: 'image.all.repository',
      value: image.repository,
      follows: 'the input image, or the image that runs now',
      remedy: 'Name the repository in the input `image`, and leave image.all.repository out of the values.',
    },
    {
      key: 'image.all.tag',
      value: image.tag,
      follows: 'the input target-version (and image, where it has a tag)',
      remedy: 'Say the version in `target-version` alone, and leave image.all.tag out of the values.',
    },
    ...frozen.map(({ key, value, from, changed }) => ({
      key,
      value,
      ...(changed === true
        ? {
            follows: `this upgrade changes it on purpose: ${from}`,
            remedy: `Leave ${key} out of the values: the way to the target needs it so.`,
          }
        : {
            follows: `what runs now: ${from}`,
            remedy: `Leave ${key} out of the values: an upgrade keeps it as it runs.`,
          }),
    })),
  ];
}

const longestShown = 60;

/** A scalar as the user wrote it; sections and long texts are not repeated. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a section';
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined || text.length > longestShown ? 'another value' : text;
}

function conflicts(assembly: Assembly): ProblemDetails[] {
  return written(assembly).flatMap(({ key, value, follows, remedy }) => {
    const found = reach(assembly.given.values, key);
    if (found === undefined || (found.at === key && equal(found.value, value))) return [];
    const input = inputOf(assembly.given, key);
    return [
      {
        id: 'value-conflict',
        // In the place of a whole section anything may stand, a secret too; the keys themselves are none.
        what: `${input} sets ${found.at} to ${found.at === key || typeof found.value !== 'string' ? shown(found.value) : 'a text'}, but this run sets ${key} to ${shown(value)} (${follows}).`,
        why: 'Both cannot hold, and guessing could restart Milvus on other data or another version.',
        remedy,
      },
    ];
  });
}

/**
 * This run's values: what was given, then image and frozen keys on top.
 *
 * @returns `merged`, to be stored over the release's own values, and the contradictions (id `value-conflict`) between
 *   what was given now and what this run has to write; do not go on when there are any
 */
export function assembleValues(assembly: Assembly): {
  readonly given: Values;
  readonly merged: Values;
  readonly conflicts: readonly ProblemDetails[];
} {
  const given = assembly.given.values;
  const merged = written(assembly).reduce<Values>((values, { key, value }) => setPath(values, key, value), given);
  return { given, merged, conflicts: conflicts(assembly) };
}

/**
 * Whether the stored values already are what this run asks for. An image or frozen key that was never stored, but is
 * what the installed chart gives anyway, does not count: writing it would be a revision that changes nothing.
 *
 * @param stored the user values that Helm takes over
 * @param installedDefaults default values of the installed chart
 */
export function nothingToWrite(stored: Values, installedDefaults: Values, assembly: Assembly): boolean {
  const runs = effective(installedDefaults, stored);
  const counting = written(assembly).filter(({ key, value }) => !equal(getPath(runs, key), value));
  const wanted = counting.reduce<Values>(
    (values, { key, value }) => setPath(values, key, value),
    assembly.given.values,
  );
  return equal(overlay(stored, wanted), stored);
}
