"""The beta distribution: its function by the continued fraction of DLMF 8.17.22, its quantiles by halving. Pure."""

from math import exp, lgamma, log, log1p

TINY = 1e-300
ENOUGH = 1e-14
MOST_TERMS = 500


def beta_cdf(x: float, a: float, b: float) -> float:
    """How likely a share with this distribution is at most `x`. `a` and `b` are above 0."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(front) / a / _fraction(x, a, b)


def beta_quantile(share: float, a: float, b: float) -> float:
    """The value below which `share` of the distribution lies, to ten decimals."""
    low, high = 0.0, 1.0
    while high - low > 1e-11:
        middle = (low + high) / 2
        low, high = (middle, high) if beta_cdf(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    """1 + d1/(1 + d2/(1 + …)) by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for term in range(1, MOST_TERMS):
        m, is_odd = divmod(term, 2)
        if is_odd:
            step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away_from_zero(1 + step * d)
        c = _away_from_zero(1 + step / c)
        value *= c * d
        if abs(c * d - 1) < ENOUGH:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
