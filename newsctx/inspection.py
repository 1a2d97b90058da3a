"""A first look at signs of editing, as it is shown; filled in below."""
