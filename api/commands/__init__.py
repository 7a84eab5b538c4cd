"""The commands of `dealdesk`, one a module; each reads, calls the service, prints, and returns its exit status."""
