/** A .tgz whose bytes depend on nothing but its entries. */
export function packTgz(entries: readonly (readonly [path: string, content: string])[]): Buffer;

/** Text of one file of a .tgz, or undefined where it holds none of that path. */
export function readFromTgz(tgz: Buffer, path: string): string | undefined;
