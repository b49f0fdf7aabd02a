"""The settings: one typed table, read from the environment. They stop at the composition root."""

from gateway.settings.loading import SettingsError, load, read
from gateway.settings.table import PREFIX, Settings

__all__ = ["PREFIX", "Settings", "SettingsError", "load", "read"]
