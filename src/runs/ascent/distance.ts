/** How far a picture is from another of its size, in bytes. */
export interface Distance {
  /** Root of the sum of the squared differences. */
  readonly l2: number;
  /** Largest difference. */
  readonly linf: number;
}

export function distanceBetween(one: Uint8Array, other: Uint8Array): Distance {
  let square = 0;
  let linf = 0;
  for (let index = 0; index < one.length; index++) {
    const apart = Math.abs((one[index] ?? 0) - (other[index] ?? 0));
    square += apart * apart;
    linf = Math.max(linf, apart);
  }
  return { l2: Math.sqrt(square), linf };
}
