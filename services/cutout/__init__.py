"""Cut-outs: an ordinary product photo becomes the product alone, with a soft matte."""
