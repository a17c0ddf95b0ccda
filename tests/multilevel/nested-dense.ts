import { determinant, inverse, Matrix } from "ml-matrix";
import { createRng } from "../../src/random/rng";

/** Rows in groups nested to any depth, the outermost first: labels recur from one outer group to the next. */
export interface NestedRows {
  readonly groups: readonly string[][];
  readonly x: Float64Array;
  readonly z: Float64Array;
  readonly y: Float64Array;
}

/** Unbalanced nested data: `widths` children at most per group and level, then 1 to `rows` rows. */
export function nestedRows(
  seed: number | string,
  widths: readonly number[],
  rows: number,
  sds: readonly number[],
): NestedRows {
  const rng = createRng(seed);
  const groups: string[][] = widths.map(() => []);
  const [x, z, y]: number[][] = [[], [], []];
  const visit = (level: number, path: readonly string[], effect: number, w: number): void => {
    if (level === widths.length) {
      const size = 1 + Math.floor(rng.uniform() * rows);
      for (let i = 0; i < size; i++) {
        path.forEach((name, k) => {
          groups[k].push(name);
        });
        x.push(rng.normal() + 0.3 * w);
        z.push(w);
        y.push(1 + 0.5 * x[x.length - 1] - 0.2 * w + effect + rng.normal());
      }
      return;
    }
    const size = level === 0 ? widths[0] : 1 + Math.floor(rng.uniform() * widths[level]);
    for (let a = 0; a < size; a++)
      visit(level + 1, [...path, `g${a}`], effect + sds[level] * rng.normal(), rng.normal());
  };
  visit(0, [], 0, 0);
  return { groups, x: Float64Array.from(x), z: Float64Array.from(z), y: Float64Array.from(y) };
}

/** Names of the groups at one level (0 the innermost) as the library writes them. */
export function levelNames({ groups }: NestedRows, level: number): string[] {
  const depth = groups.length - level;
  return groups[0].map((_, i) => Array.from({ length: depth }, (__, k) => groups[depth - 1 - k][i]).join(":"));
}

/** Everything from the dense n × n covariance, as the textbook writes it. */
export function denseFit(rows: NestedRows, phi: readonly number[], reml: boolean, weights?: Float64Array) {
  const n = rows.y.length;
  const members = phi.map((_, k) => {
    const names = levelNames(rows, k);
    const levels = [...new Set(names)];
    return { levels, z: new Matrix(names.map((name) => levels.map((level) => (level === name ? 1 : 0)))) };
  });
  const residual = Matrix.diag(Array.from(rows.y, (_, i) => 1 / (weights?.[i] ?? 1)));
  const components = members.map(({ z }) => z.mmul(z.transpose()));
  const v = components.reduce((sum, g, k) => Matrix.add(sum, Matrix.mul(g, phi[k])), residual);
  const x = new Matrix(Array.from(rows.y, (_, i) => [1, rows.x[i], rows.z[i]]));
  const y = Matrix.columnVector(Array.from(rows.y));
  const vi = inverse(v);
  const information = x.transpose().mmul(vi).mmul(x);
  const a = inverse(information);
  const beta = a.mmul(x.transpose()).mmul(vi).mmul(y);
  const p = Matrix.sub(vi, vi.mmul(x).mmul(a).mmul(x.transpose()).mmul(vi));
  const py = p.mmul(y);
  const r2 = y.transpose().mmul(py).get(0, 0);
  const m = n - (reml ? 3 : 0);
  const criterion =
    Math.log(determinant(v)) +
    m * (1 + Math.log((2 * Math.PI * r2) / m)) +
    (reml ? Math.log(determinant(information)) : 0);
  const traced = reml ? p : vi;
  const gradient = components.map((g) => {
    const quadratic = py.transpose().mmul(g).mmul(py).get(0, 0);
    return traced.mmul(g).trace() - (m * quadratic) / r2;
  });
  return { members, components, residual, v, vi, x, a, p, py, beta, r2, m, criterion, gradient, n };
}

/** Kenward and Roger's adjusted covariance and degrees of freedom of single coefficients, from n × n matrices. */
export function denseKenwardRoger(dense: ReturnType<typeof denseFit>) {
  const s2 = dense.r2 / dense.m;
  const parts = [...dense.components, dense.residual];
  const si = Matrix.div(dense.vi, s2);
  const phi = Matrix.mul(dense.a, s2);
  const { x } = dense;
  const half = parts.map((g) => si.mmul(g));
  const p = half.map((g) => x.transpose().mmul(g).mmul(si).mmul(x).mul(-1));
  const q = half.map((g) => half.map((h) => x.transpose().mmul(g).mmul(h).mmul(si).mmul(x)));
  const information = new Matrix(
    half.map((g, r) =>
      half.map(
        (h, s) => g.mmul(h).trace() - 2 * phi.mmul(q[r][s]).trace() + phi.mmul(p[r]).mmul(phi).mmul(p[s]).trace(),
      ),
    ),
  );
  const v = inverse(information).mul(2);
  let middle = Matrix.zeros(3, 3);
  parts.forEach((_, r) => {
    parts.forEach((__, s) => {
      middle = Matrix.add(middle, Matrix.sub(q[r][s], p[r].mmul(phi).mmul(p[s])).mul(v.get(r, s)));
    });
  });
  const adjusted = Matrix.add(phi, phi.mmul(middle).mmul(phi).mul(2));
  const df = [0, 1, 2].map((k) => {
    const slopes = p.map((each) => phi.mmul(each).mmul(phi).get(k, k));
    let spread = 0;
    slopes.forEach((a, r) => {
      slopes.forEach((b, s) => {
        spread += v.get(r, s) * a * b;
      });
    });
    return (2 * phi.get(k, k) ** 2) / spread;
  });
  return { se: [0, 1, 2].map((k) => Math.sqrt(adjusted.get(k, k))), df };
}
