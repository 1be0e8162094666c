import { compareMilvusVersions, parseMilvusVersion, type MilvusVersion } from '../version.js';

/** A version written in a table. A row that cannot be read is a mistake in the table, not bad input. */
export function tableVersion(text: string): MilvusVersion {
  const parsed = parseMilvusVersion(text);
  if (parsed === undefined) throw new Error(`${text} in a table is not a Milvus version`);
  return parsed;
}

/** Whether a version comes before the one that a table names. */
export const older = (version: MilvusVersion, than: string): boolean =>
  compareMilvusVersions(version, tableVersion(than)) < 0;
