"""Runs plans on data."""
