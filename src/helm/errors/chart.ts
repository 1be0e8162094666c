import { first, afterFailure, objectIn } from './row.js';
import type { ErrorRow } from './row.js';

/** The chart, its values, and what it renders. */
export const chartRows: readonly ErrorRow[] = [
  {
    id: 'values-rejected',
    pattern: /values don't meet the specifications of the schema/,
    say: () => ({
      what: "The values do not fit the chart's schema; the lines below name each key.",
      remedy: 'Correct the keys in `values`, `values-files` or `set`. Nothing was written.',
    }),
  },
  {
    id: 'chart-dependencies-missing',
    pattern: /checking for chart dependencies/i,
    say: (_match, _call, text) => ({
      what: `The chart is not complete: dependencies are missing from its directory charts/${first(text, /missing in charts\/ directory: ([^\n]*)/) === '' ? '' : ` (${first(text, /missing in charts\/ directory: ([^\n]*)/)})`}.`,
      remedy: 'Run `helm dependency build` in the chart directory that the input `chart` names, before this action.',
    }),
  },
  {
    id: 'chart-not-found',
    pattern: /^repo \S+ not found|^path "[^"]*" not found|non-absolute URLs should be|Chart\.yaml file is missing/m,
    say: () => ({
      what: 'Helm does not find a chart where it was told to look.',
      remedy: 'Check the inputs `chart` and `repository`; a chart directory has a file Chart.yaml.',
    }),
  },
  {
    id: 'chart-does-not-render',
    pattern:
      /\bexecuting "|execution error at|YAML parse error on|\bparse error at|nil pointer evaluating|error calling (?:include|tpl|fail)/,
    say: (_match, _call, text) => {
      const file = first(text, /([\w.-]+(?:\/[\w.-]+)*\/templates\/[\w./-]+)/);
      const key = first(text, /at <(\.Values[\w.]*)>/);
      return {
        what: `The chart does not render with these values${file === '' ? '' : `: ${file} fails`}${key === '' ? '' : ` at ${key}`}.`,
        why: 'A key that the new chart needs was set to null or to another kind of value, or one that it renamed is still set.',
        remedy:
          "Compare the release's values (`helm get values`) with the new chart's (`helm show values`) at that key. Nothing was written.",
      };
    },
  },
  {
    id: 'values-unreadable',
    pattern: /failed to parse \S+: /,
    say: () => ({
      what: 'Helm could not read the file with the values of this run.',
      remedy:
        'This file is written by the action itself; if its temporary directory is on a full disk, make room and run again.',
    }),
  },
  {
    id: 'object-rejected',
    pattern: /is invalid: |cannot be handled as a |failed to create typed patch object|error validating (?:data|")/,
    say: (_match, call, text) => ({
      what: `The API server refuses ${objectIn(text)} as the chart renders it: a field has a wrong type or value.`,
      remedy: `The text below names the field; correct the value behind it. ${afterFailure(call)}`,
    }),
  },
  {
    id: 'helm-flag-unknown',
    pattern: /unknown (?:shorthand )?flag|invalid argument "/,
    say: (_match, call) => ({
      what: `This build of Helm ${call.version} does not know a flag that its version has.`,
      remedy:
        'Leave the inputs `helm-version` and `tool-mirror` out to use the pinned Helm, or give another exact version.',
    }),
  },
];
