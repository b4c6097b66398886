"""The phones on a page, and everything that can happen to them."""
