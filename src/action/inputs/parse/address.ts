import { bad, good, type InputEnvironment, type Parsed, type Parser } from '../definition.js';
import { entriesOf } from './text.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Why an address is not taken, without showing it where it may hold a password. */
function webAddress(text: string, schemes: readonly string[]): Parsed<URL> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return bad();
  }
  if (!schemes.includes(url.protocol)) {
    if (url.protocol !== 'http:') return bad();
    return bad({ why: 'Plain http can be changed on its way; it is accepted for loopback addresses only.' });
  }
  if (url.username !== '' || url.password !== '') {
    return bad({
      was: 'an address with a user name or password in it (not shown)',
      why: 'Credentials in an address end up in logs and process lists.',
    });
  }
  if (url.search !== '' || url.hash !== '') {
    return bad({ was: 'an address with a query or fragment (not shown)', why: 'Paths are added to the address.' });
  }
  return good(url);
}

const withoutSlash = (url: URL): string => url.href.replace(/\/+$/, '');

function schemesFor(text: string): readonly string[] {
  const host = URL.canParse(text) ? new URL(text).hostname : '';
  return LOOPBACK.test(host) ? ['https:', 'http:'] : ['https:'];
}

/** A base address to download from: https, or http on loopback. Given back without a trailing slash. */
function baseAddress(text: string): Parsed<string> {
  const parsed = webAddress(text, schemesFor(text));
  return parsed.ok ? good(withoutSlash(parsed.value)) : parsed;
}

/** The API server's address: https only, because the token goes there. */
export const server: Parser<string> = (text) => {
  const parsed = webAddress(text.trim(), ['https:']);
  if (parsed.ok) return good(withoutSlash(parsed.value));
  return parsed.why?.startsWith('Plain http') === true ? bad({ why: 'The token would be sent in clear.' }) : parsed;
};

/** Base addresses, one a line. */
export const mirrors: Parser<readonly string[]> = (text) => {
  const values: string[] = [];
  for (const entry of entriesOf(text)) {
    const parsed = baseAddress(entry);
    if (!parsed.ok) return parsed;
    values.push(parsed.value);
  }
  return good(values);
};

/** A chart repository: a base address, or a directory that exists. */
export const repository: Parser<string> = (text, { pathKind }) => {
  const given = text.trim();
  if (/^oci:/i.test(given))
    return bad({ why: 'An OCI chart has no repository index: give the whole reference as `chart`.' });
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) return baseAddress(given);
  const kind = pathKind(given);
  if (kind === 'directory') return good(given);
  return bad({ why: kind === 'file' ? 'It is a file, not a directory.' : 'There is no such directory.' });
};

const CHART_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const OCI = /^oci:\/\/[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/;

function chartPath(given: string, { pathKind }: InputEnvironment): Parsed<string> {
  const kind = pathKind(given);
  if (kind === undefined) {
    return bad({
      why: given.includes('/')
        ? 'There is no such path. (A chart in a repository is named without the repository: that is `repository`.)'
        : 'There is no such file.',
    });
  }
  if (kind === 'directory' || given.endsWith('.tgz')) return good(given);
  return bad({ why: 'It is a file that is not a packaged chart.' });
}

/**
 * A chart: a name in the repository, a path (with a slash or ending in .tgz) to an unpacked or packaged chart, or an
 * `oci://` reference without tag. A bare name never means a directory, so that a folder cannot stand in by accident.
 */
export const chart: Parser<string> = (text, environment) => {
  const given = text.trim();
  if (given.startsWith('oci://')) {
    if (OCI.test(given)) return good(given);
    return bad(
      /[^/]*[:@][^/]*$/.test(given.slice(6))
        ? { why: 'The version goes into `chart-version`, not into the reference.' }
        : {},
    );
  }
  if (given.includes('/') || given.endsWith('.tgz') || given.startsWith('.')) return chartPath(given, environment);
  return CHART_NAME.test(given) ? good(given) : bad();
};

/** Whether a valid `chart` is a name in the repository (and not a path or an OCI reference). */
export const isChartName = (text: string): boolean => CHART_NAME.test(text);
