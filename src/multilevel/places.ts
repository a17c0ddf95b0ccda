/**
 * What a model's random effects say of rows by the place they are in: a group that the model knows; of nested groups one of
 * any level, for a row whose groups further in are not known.
 */
export interface Places {
  /** Places × q: predicted effects of the q random columns. */
  readonly estimates: Float64Array;
  /** Places × q × q: the covariance of their errors, the fixed effects taken as known. */
  readonly conditional: Float64Array;
  /** Places × q × p: −∂(estimates)/∂β, in the model's `centred` coordinates. */
  readonly pulls: Float64Array;
}

/** The places of rows, and the groups among them that the model does not know: of nested ones the outermost. */
export interface PlacesOfRows {
  /** n; −1 where no group of the row is known. */
  readonly codes: Int32Array;
  readonly unknown: readonly { readonly group: string; readonly level: string }[];
}

/** z'b of n rows, b by place; 0 for rows of no known place. */
export function randomParts(
  estimates: Float64Array,
  codes: Int32Array,
  columns: readonly Float64Array[] | null,
): Float64Array {
  const q = columns?.length ?? 1;
  return Float64Array.from(codes, (place, r) => {
    let sum = 0;
    if (place >= 0) for (let k = 0; k < q; k++) sum += (columns?.[k][r] ?? 1) * estimates[place * q + k];
    return sum;
  });
}

/**
 * z'Cz of n rows.
 *
 * @param known - covariances by place, with the rows' codes; null for C = Σ throughout, as in rows of no known place.
 */
export function randomVariances(
  whole: Float64Array,
  columns: readonly Float64Array[] | null,
  n: number,
  known: { readonly conditional: Float64Array; readonly codes: Int32Array } | null,
): Float64Array {
  const q = columns?.length ?? 1;
  const result = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    const place = known === null ? -1 : known.codes[r];
    const covariance = known === null || place < 0 ? whole : known.conditional;
    const start = Math.max(0, place) * q * q;
    for (let k = 0; k < q; k++) {
      for (let l = 0; l < q; l++) {
        result[r] += (columns?.[k][r] ?? 1) * (columns?.[l][r] ?? 1) * covariance[start + k * q + l];
      }
    }
  }
  return result;
}
