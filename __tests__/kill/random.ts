/** A seeded source of numbers: the same seed draws the same rounds. Mulberry32 by Tommy Ettinger (public domain). */
export interface Random {
  /** 0 to below 1. */
  readonly fraction: () => number;
  /** A whole number from 0 to `most`, both included. */
  readonly upTo: (most: number) => number;
  readonly oneOf: <T>(choices: readonly T[]) => T;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (most: number): number => Math.floor(fraction() * (most + 1));
  const oneOf = <T>(choices: readonly T[]): T => {
    const found = choices[upTo(choices.length - 1)];
    if (found === undefined) throw new Error('there is nothing to choose from');
    return found;
  };
  return { fraction, upTo, oneOf };
}
