"""The doors: command line, HTTP, and the service both call. Imports `engine` and `rules`."""

VERSION = "0.1.0"
