import { isMap } from '../values/tree.js';

/** Readers of JSON that nobody vouches for. Each gives the value in its type, and notes what is wrong by its path. */
export type Read<T> = (value: unknown, path: string, wrong: string[]) => T;

/** Notes the path and goes on, so that everything that is wrong is told at once. The value is never used then. */
function bad(path: string, wanted: string, wrong: string[]): never {
  wrong.push(`${path} (${wanted})`);
  return undefined as never;
}

export const text: Read<string> = (value, path, wrong) =>
  typeof value === 'string' ? value : bad(path, 'a text', wrong);

export const number: Read<number> = (value, path, wrong) =>
  typeof value === 'number' ? value : bad(path, 'a number', wrong);

export const flag: Read<boolean> = (value, path, wrong) =>
  typeof value === 'boolean' ? value : bad(path, 'true or false', wrong);

export const oneOf =
  <T extends string | number>(...all: readonly T[]): Read<T> =>
  (value, path, wrong) =>
    all.find((one) => one === value) ?? bad(path, `one of ${all.join(', ')}`, wrong);

export const list =
  <T>(item: Read<T>): Read<readonly T[]> =>
  (value, path, wrong) =>
    Array.isArray(value)
      ? value.map((one, index) => item(one, `${path}[${index}]`, wrong))
      : bad(path, 'a list', wrong);

/** A field that may be left out. */
export interface Optional<T> {
  readonly optional: Read<T>;
}

export const optional = <T>(read: Read<T>): Optional<T> => ({ optional: read });

type Field = Read<unknown> | Optional<unknown>;
type Fields = Readonly<Record<string, Field>>;
type Required<F extends Fields> = { readonly [K in keyof F as F[K] extends Optional<unknown> ? never : K]: F[K] };
type Left<F extends Fields> = { readonly [K in keyof F as F[K] extends Optional<unknown> ? K : never]: F[K] };
type Shape<F extends Fields> = {
  readonly [K in keyof Required<F>]: Required<F>[K] extends Read<infer T> ? T : never;
} & { readonly [K in keyof Left<F>]?: Left<F>[K] extends Optional<infer T> ? T : never };

/** An object with these fields; others are left behind. */
export const object =
  <F extends Fields>(fields: F): Read<Shape<F>> =>
  (value, path, wrong) => {
    if (!isMap(value)) return bad(path, 'an object', wrong);
    const entries = Object.entries(fields).flatMap(([key, field]): [string, unknown][] => {
      const inner = Object.hasOwn(value, key) ? value[key] : undefined;
      if (typeof field === 'function') return [[key, field(inner, `${path}.${key}`, wrong)]];
      return inner === undefined ? [] : [[key, field.optional(inner, `${path}.${key}`, wrong)]];
    });
    return Object.fromEntries(entries) as Shape<F>;
  };
