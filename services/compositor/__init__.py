"""The compositor: plates, words and brand to finished creatives, on the CPU."""
