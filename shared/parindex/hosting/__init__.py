"""Hosting of a service's processes: settings, start-up, migrations, the HTTP server, supervised background jobs."""
