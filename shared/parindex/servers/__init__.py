"""Private servers on this machine: PostgreSQL from its wheel, RabbitMQ nodes from Debian's package."""
