"""HTTP: one Flask application; the only package that imports flask."""
