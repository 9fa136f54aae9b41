"""What inputs must keep to: exact kinds hold by construction, limits rank the rows that miss them."""

from nbml.inverse.constraints.choices import Combinations, Count, When
from nbml.inverse.constraints.limits import DistanceLimit, FormulaLimit, Limit, WidthLimit
from nbml.inverse.constraints.linear import Linear, from_formula, mixture, ratio

Exact = Linear | Count | When | Combinations

__all__ = [
    "Combinations",
    "Count",
    "DistanceLimit",
    "Exact",
    "FormulaLimit",
    "Limit",
    "Linear",
    "When",
    "WidthLimit",
    "from_formula",
    "mixture",
    "ratio",
]
