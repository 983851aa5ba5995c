"""A contribution's life."""
