"""The demonstration archive: a fictional newsroom's articles and painted photographs."""
