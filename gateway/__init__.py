"""A GraphQL gateway over the video-on-demand API's listing of snapshot task results."""

__version__ = "0.1.0"
