/** Narrowing of parsed JSON and YAML whose shape nobody guarantees. */

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value if it is an object, else an empty one. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The value if it is a string, else ''. */
export const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The value if it is an array, else an empty one. */
export const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** The code of a system error (`ENOENT`, `Z_DATA_ERROR`), undefined for other errors. */
export const errorCode = (error: unknown): string | undefined =>
  isObject(error) && typeof error.code === 'string' ? error.code : undefined;
