/** A number for people: 1,234,567, in every locale. */
export function count(value: number | bigint): string {
  return value.toLocaleString('en-US');
}
