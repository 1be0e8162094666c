import { bad, good, type Parser } from '../definition.js';
import { entriesOf } from './text.js';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const NAMESPACE = new RegExp(`^${LABEL}$`);
const RELEASE = new RegExp(`^${LABEL}(\\.${LABEL})*$`);

/** Longest release name that Helm takes, https://github.com/helm/helm/blob/main/pkg/chart/common/util/validate_name.go */
const MAX_RELEASE = 53;
/** Longest DNS label, https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const MAX_LABEL = 63;

const sized = (pattern: RegExp, longest: number): Parser<string> => {
  return (text) => {
    const given = text.trim();
    if (given.length > longest) return bad({ was: `${given.length} characters long` });
    return pattern.test(given) ? good(given) : bad();
  };
};

/** A Helm release name: DNS-1123 subdomain of at most 53 characters. */
export const releaseName = sized(RELEASE, MAX_RELEASE);

/** A namespace: DNS-1123 label of at most 63 characters. */
export const namespace = sized(NAMESPACE, MAX_LABEL);

/** Ids of checks to override, one a line: known ones only, and none that protects data. */
export const allowedChecks: Parser<readonly string[]> = (text, { checks }) => {
  const ids = [...new Set(entriesOf(text))];
  const known = (id: string) => checks.find((check) => check.id === id);
  const unknownIds = ids.filter((id) => known(id) === undefined);
  const fixed = ids.filter((id) => known(id)?.overridable === false);
  if (unknownIds.length === 0 && fixed.length === 0) return good(ids);
  const overridable = checks.filter((check) => check.overridable).map((check) => check.id);
  const why = [
    ...(fixed.length === 0 ? [] : [`${fixed.join(', ')} may not be overridden.`]),
    ...(unknownIds.length === 0
      ? []
      : ['An id that is not known would allow nothing, so it is taken as a typing error.']),
  ];
  return bad({
    accepted: `ids of checks, one a line: ${overridable.length === 0 ? 'none in this version' : overridable.join(', ')}`,
    why: why.join(' '),
  });
};

/** Names or paths of programs, one a line; whitespace inside would be an argument, which is never passed. */
export function programName(entry: string): string | undefined {
  return /\s/.test(entry) ? 'An entry is a program name or path without arguments.' : undefined;
}
