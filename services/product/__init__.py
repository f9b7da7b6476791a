"""Product imagery: a product photo is cut out and placed, with its shadow, in a generated scene."""
