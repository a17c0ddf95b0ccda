/** The numbers at the beginning of a longer array of zeros. */
export function grown(values: Float64Array, length: number): Float64Array {
  const result = new Float64Array(length);
  result.set(values);
  return result;
}
