import semver from 'semver';
import type { ToolChoice } from '../../request.js';
import { bad, good, type Parser } from '../definition.js';

const MILVUS = /^v?((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*)?)$/;
const MINOR_ONLY = /^v?\d+(\.\d+)?$/;

/** A Milvus version, `2.4.23` or `v2.4.23`, also `2.4.13-hotfix`; given back without the v. */
export const milvusVersion: Parser<string> = (text) => {
  const given = text.trim();
  if (MINOR_ONLY.test(given)) return bad({ why: 'Which patch release it becomes must not depend on the day.' });
  const version = MILVUS.exec(given)?.[1];
  if (version === undefined) return bad();
  if (version.endsWith('-gpu')) {
    return bad({
      why: '`-gpu` names a build of the image, not a version: the suffix of the running image is kept by itself; `image` sets another one.',
    });
  }
  return good(version);
};

/** An exact chart version; given back without a leading v. */
export const chartVersion: Parser<string> = (text) => {
  const version = semver.valid(text.trim());
  return version === null ? bad() : good(version);
};

/**
 * A tool's version: exact (`3.22.0`, `v3.22.0`), `auto`, `path`, or a range (`3.22.x`, `^3.14`) inside one major
 * version: flags and behaviour of Helm differ between majors.
 */
export const toolVersion: Parser<ToolChoice> = (text) => {
  const given = text.trim();
  if (given === 'auto' || given === 'path') return good({ kind: given });
  if (given === 'latest') {
    return bad({ why: '`latest` would cross into a new major version one day; `auto` stays in the tested one.' });
  }
  const exact = semver.valid(given);
  if (exact !== null) return good({ kind: 'exact', version: exact });
  const range = semver.validRange(given);
  if (range === null) return bad();
  const major = semver.minVersion(range)?.major;
  if (major === undefined || !semver.subset(range, `>=${major}.0.0-0 <${major + 1}.0.0-0`)) {
    return bad({ why: 'A range must not cross a major version.' });
  }
  return good({ kind: 'range', range: given });
};
