"""How large a product stands in its scene: by its real size, as far as an ad stays legible.

A camera goes nearer to a mug than to an armchair, so sizes are not drawn in proportion: between the least and the
largest size of a ground, the drawn size grows with the logarithm of the real one.
"""

from dataclasses import replace

import numpy as np

from services.product.prompt import Ground
from services.product.service import SizeCm
from services.product.standing import PlateLayout

FURNITURE_CM = 60.0
RANGES_CM: dict[Ground, tuple[float, float]] = {"table": (6.0, 45.0), "open": (6.0, 160.0)}
LEAST_SHARE = 0.82  # at 0.75 bottles and mugs still looked small in squares and portraits


def is_furniture(size: SizeCm | None) -> bool:
    """Whether the product is too large for tables and podiums; not, when its size is unknown."""
    return size is not None and max(size.width, size.height) > FURNITURE_CM


def real_share(size: SizeCm | None, ground: Ground) -> float:
    """The product's size on this ground, LEAST_SHARE..1 of the largest there is room for; 1 when it is unknown."""
    if size is None:
        return 1.0
    return float(np.interp(np.log(max(size.width, size.height)), np.log(RANGES_CM[ground]), (LEAST_SHARE, 1.0)))


def scale_layout(layout: PlateLayout, size: SizeCm | None, ground: Ground) -> PlateLayout:
    """The layout with room for a product of this size, and for no larger one."""
    share = real_share(size, ground)
    return replace(layout, widest=share * layout.widest, tallest=share * layout.tallest)
