"""The checks of `newsletters.preflight`, one module for each family."""
