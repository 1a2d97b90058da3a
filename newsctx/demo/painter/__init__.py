"""Paints the photographs of the demonstration archive: sky, city, event, weather and camera."""
