"""High-precision values of the distribution functions, independent of R and of src/distributions.

usage: python3 high-precision.py distributions.json > high-precision.csv
       (distributions.json is R's grid, tests/reference/distributions.json; needs mpmath 1.3)

Tails are the positive series of the incomplete beta and gamma functions (DLMF 8.17.8, 8.11.4) in at least 60 digits, with
as many more as the other tail is small (a tail below 1e-1400 counts as 0); quantiles are bisected, then polished by Newton's method, in 50 digits.

Rows: kind, first parameter, second parameter, argument, values, every number as the nearest double.
  normal|t|chiSquared|f              , df | df1, df2, x, lower, upper, log upper
  …Quantile (argument p of the lower tail), …QuantileUpper (argument q of the upper tail): quantile
  logGamma, , , x, log Gamma(x)
"""
import json
import random
import sys

from mpmath import exp, log, log1p, loggamma, mp, mpf, sqrt, erfc

mp.dps = 60
random.seed(20160131)


class Slow(Exception):
    """The series has more than 100,000 terms."""


def beta_series(x, y, a, b):
    term = total = mpf(1)
    n = 0
    while True:
        ratio = (a + b + n) * x / (a + 1 + n)
        term *= ratio
        total += term
        n += 1
        if ratio < 1 and term < total * mpf(10) ** -mp.dps:
            break
        if n > 100000:
            raise Slow
    return exp(a * log(x) + b * log(y) - (loggamma(a + 1) + loggamma(b) - loggamma(a + b))) * total


def beta_tails(x, y, a, b):
    below = x * (a + b) < a
    if below and x > 0.9:  # the series in x is slow: take the other one, with digits to spare
        old = mp.dps
        mean = a / (a + b)
        digits = 80 + int((a * log(mean / x) + b * log((1 - mean) / y)) / 2.3)
        if digits > 1500:
            return mpf(0), mpf(1)
        mp.dps = digits
        upper = beta_series(y, x, b, a)
        lower = 1 - upper
        mp.dps = old
        return +lower, +upper
    if not below and y > 0.9:
        upper, lower = beta_tails(y, x, b, a)
        return lower, upper
    if below:
        lower = beta_series(x, y, a, b)
        return lower, 1 - lower
    upper = beta_series(y, x, b, a)
    return 1 - upper, upper


def gamma_tails(a, x):
    old = mp.dps
    if x > a:
        mp.dps = 80 + int((x - a + a * log(a / x)) / 2.3)
    if mp.dps > 1500:
        mp.dps = old
        return mpf(1), mpf(0)
    term = total = mpf(1)
    n = 1
    while True:
        term *= x / (a + n)
        total += term
        n += 1
        if x < a + n and term < total * mpf(10) ** -mp.dps:
            break
    lower = exp(a * log(x) - x - loggamma(a + 1)) * total
    upper = 1 - lower
    mp.dps = old
    return +lower, +upper


def odds_tails(odds, a, b):
    old = mp.dps
    mp.dps = 1600
    x, y = odds / (1 + odds), 1 / (1 + odds)
    mp.dps = old
    return beta_tails(x, y, a, b)


def normal_tails(x):
    mp.dps = 420
    upper = erfc(x / sqrt(mpf(2))) / 2
    lower = 1 - upper
    mp.dps = 60
    return +lower, +upper


def tails(kind, x, d1, d2):
    x = mpf(x)
    if kind == "normal":
        return normal_tails(x)
    if kind == "t":
        if x < 0:
            lower, upper = tails(kind, -x, d1, d2)
            return upper, lower
        if x == 0:
            return mpf(1) / 2, mpf(1) / 2
        outside, _ = odds_tails(mpf(d1) / x ** 2, mpf(d1) / 2, mpf(1) / 2)
        return 1 - outside / 2, outside / 2
    if kind == "chiSquared":
        return gamma_tails(mpf(d1) / 2, x / 2)
    return odds_tails(mpf(d1) / mpf(d2) * x, mpf(d1) / 2, mpf(d2) / 2)


def solve(u_tails, target, lower, low, high):
    """u with log tail(u) = target by bisection, then Newton with a numerical slope."""
    pick = 0 if lower else 1
    g = lambda u: log(u_tails(u)[pick]) - target
    low, high = mpf(low), mpf(high)
    for _ in range(26):
        middle = (low + high) / 2
        if (g(middle) > 0) == lower:
            high = middle
        else:
            low = middle
    u = (low + high) / 2
    for _ in range(8):
        step = mpf(10) ** -20 * max(1, abs(u))
        value = g(u)
        slope = (g(u + step) - value) / step
        move = value / slope
        u -= move
        if abs(move) < mpf(10) ** -24 * max(1, abs(u)):
            break
    else:
        raise Slow
    return u


def quantile(kind, p, upper, d1, d2):
    """Quantile at the lower (or upper) tail probability p, an exact double."""
    p = mpf(p)
    small_is_lower = (p <= 0.5) != upper
    small = p if p <= 0.5 else 1 - p
    if kind == "normal":
        u = solve(lambda v: normal_tails(exp(v)), log(small), False, -60, 4) if small != 0.5 else None
        size = mpf(0) if u is None else exp(u)
        return -size if small_is_lower else size
    if kind == "t":
        if small == 0.5:
            return mpf(0)
        a, b = mpf(d1) / 2, mpf(1) / 2
        tail, centre = 2 * small, 1 - 2 * small
        if tail < centre:
            low = (log(tail) + loggamma(a + 1) + loggamma(b) - loggamma(a + b)) / a
            u = -solve(lambda v: odds_tails(exp(v), a, b), log(tail), True, low - 1e-9 * abs(low) - 1, low + 60 + 40 / a)
        else:
            low = (log(centre) + loggamma(b + 1) + loggamma(a) - loggamma(a + b)) / b
            u = solve(lambda v: odds_tails(exp(v), b, a), log(centre), True, low - 1, low + 60 + 40 / a)
        size = sqrt(mpf(d1)) * exp(u / 2)
        return -size if small_is_lower else size
    if kind == "chiSquared":
        a = mpf(d1) / 2
        cost = -log(small)
        low = (log(small if small_is_lower else mpf(1) / 2) + loggamma(a + 1)) / a - 1
        high = log(a + sqrt(2 * a * cost) + cost) + mpf("1e-3")
        return 2 * exp(solve(lambda v: gamma_tails(a, exp(v)), log(small), small_is_lower, low, high))
    a, b = mpf(d1) / 2, mpf(d2) / 2
    if not small_is_lower:
        a, b = b, a
    low = (log(small) + loggamma(a + 1) + loggamma(b) - loggamma(a + b)) / a
    u = solve(lambda v: odds_tails(exp(v), a, b), log(small), True, low - 1, low + 60 + 40 / a + 40 / b)
    if not small_is_lower:
        u = -u
    return mpf(d2) / mpf(d1) * exp(u)


def double(value):
    return repr(float(value))


def row(kind, d1, d2, x, values):
    cells = [kind, "" if d1 is None else repr(d1), "" if d2 is None else repr(d2), repr(x)] + [double(v) for v in values]
    print(",".join(cells))


def cdf_row(kind, x, d1=None, d2=None):
    try:
        lower, upper = tails(kind, x, d1, d2)
    except Slow:
        return
    finally:
        mp.dps = 60
    if lower < mpf(10) ** -305 or upper < mpf(10) ** -305:
        return
    row(kind, d1, d2, x, [lower, upper, log(upper) if upper < 0.5 else log1p(-lower)])


def quantile_row(kind, p, upper, d1=None, d2=None):
    try:
        value = quantile(kind, p, upper, d1, d2)
    except Slow:
        print("left out:", kind, p, upper, d1, d2, file=sys.stderr)
        return
    finally:
        mp.dps = 60
    if value != 0 and not mpf(10) ** -305 < abs(value) < mpf(10) ** 305:
        return
    row(kind + ("QuantileUpper" if upper else "Quantile"), d1, d2, p, [value])


def between(low, high):
    """Log-uniform, rounded to 6 digits so that the rows stay legible."""
    return float("%.6g" % 10 ** random.uniform(low, high))


def r_grid(path):
    r = json.load(open(path))
    for kind in ("normal", "t", "chiSquared", "f"):
        table = r[kind + "Quantile"]
        first = table.get("df") or table.get("df1") or [None] * len(table["p"])
        second = table.get("df2") or [None] * len(table["p"])
        for p, d1, d2 in zip(table["p"], first, second):
            quantile_row(kind, p, False, d1 and float(d1), d2 and float(d2))


def wide():
    for _ in range(60):
        cdf_row("normal", float("%.6g" % random.uniform(-37, 37)))
    for _ in range(40):
        cdf_row("normal", random.choice([-1, 1]) * between(-9, 0.7))
    for _ in range(350):
        cdf_row("t", random.choice([-1, 1]) * between(-6, 2), between(-1, 7))
    for _ in range(350):
        df = between(-2, 7)
        x = random.choice([df * between(-3, 1), abs(df + random.uniform(-12, 12) * (2 * df) ** 0.5), between(-6, 4)])
        if x < 30000 or abs(x - df) < 30 * df ** 0.5:
            cdf_row("chiSquared", float("%.6g" % x), df)
    for _ in range(450):
        d1, d2 = between(-1, 7), between(-1, 7)
        spread = random.gauss(0, 4) * (2 / d1 + 2 / d2) ** 0.5
        if abs(spread) < 300:
            cdf_row("f", float("%.8g" % exp(mpf(spread))), d1, d2)
    for x in [0.001, 0.1, 0.5, 0.9, 0.999999, 1.0000001, 1.4616321449683622, 1.5, 1.9999999, 2.25, 2.5, 2.75, 7.3, 9.99, 10.0, 25.5, 1e3, 1e8]:
        row("logGamma", None, None, x, [loggamma(mpf(x))])


def wide_quantiles():
    for upper in (False, True):
        for _ in range(60):
            p = random.choice([between(-300, 0), between(-6, 0), random.uniform(0, 1)])
            quantile_row("normal", p, upper)
        for _ in range(100):
            p = random.choice([between(-300, 0), between(-6, 0), random.uniform(0, 1)])
            quantile_row("t", p, upper, between(-0.5, 5))
            quantile_row("chiSquared", p, upper, between(-1, 4.5))
            quantile_row("f", p, upper, between(-0.5, 4.5), between(-0.5, 4.5))


if __name__ == "__main__":
    print("kind,first,second,argument,value,value2,value3")
    r_grid(sys.argv[1])
    wide()
    wide_quantiles()
