"""The tables of a log, the same in every service's database; each service's first migration creates them.

Every fact lies once in `events`. `streams` guards versions, `commands` remembers answers, `vault` holds what may be
erased one day. Readers' positions and parked facts lie beside them, so that an effect and its position commit together.
"""

LOG = """
CREATE TABLE log_head (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    origin text NOT NULL,
    partitions integer NOT NULL CHECK (partitions > 0),
    epoch integer NOT NULL DEFAULT 1,
    position bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE streams (
    stream text PRIMARY KEY,
    version bigint NOT NULL,
    state bytea
);
CREATE TABLE events (
    position bigint PRIMARY KEY,
    stream text NOT NULL,
    version bigint NOT NULL,
    type text NOT NULL,
    partition integer,
    recorded_at timestamptz NOT NULL,
    entry bytea NOT NULL,
    UNIQUE (stream, version)
);
CREATE INDEX events_told ON events (partition, position) WHERE partition IS NOT NULL;
CREATE TABLE commands (
    idempotency_key text PRIMARY KEY,
    request_hash bytea NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,
    answer bytea NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE TABLE vault (
    commitment text PRIMARY KEY,
    salt bytea NOT NULL,
    content bytea NOT NULL,
    media_type text NOT NULL,
    position bigint NOT NULL
);
CREATE TABLE reader_positions (
    reader text NOT NULL,
    source text NOT NULL,
    partition integer NOT NULL,
    epoch integer NOT NULL DEFAULT 0,
    position bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (reader, source, partition)
);
CREATE TABLE readers (
    name text NOT NULL,
    version integer NOT NULL,
    live boolean NOT NULL DEFAULT false,
    PRIMARY KEY (name, version)
);
CREATE TABLE parked (
    reader text NOT NULL,
    source text NOT NULL,
    partition integer NOT NULL,
    position bigint NOT NULL,
    stream text NOT NULL,
    contract bytea NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (reader, source, partition, position)
);
CREATE TABLE relay_lease (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    fence bigint NOT NULL DEFAULT 0
);
INSERT INTO relay_lease DEFAULT VALUES;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER commands_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commands
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE SCHEMA live;
"""
"""Version 1 of the kernel's tables. Changes come as further migrations, never by editing this text."""

TOLD_EPOCH = "ALTER TABLE reader_positions ADD COLUMN told_epoch integer NOT NULL DEFAULT 0"
"""Where a reader stopped: the epoch that its source was found in, which is not that of what it has read (0: never)."""

TODAY = LOG + TOLD_EPOCH
"""A log's tables as all migrations together leave them, for tests and measurements that run none."""

GRANTS = """
GRANT SELECT, INSERT ON events, commands TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE
    ON log_head, streams, vault, reader_positions, readers, parked, relay_lease TO {role};
GRANT CREATE, TEMPORARY ON DATABASE {database} TO {role};
GRANT ALL ON SCHEMA live TO {role};
"""
"""What the service's own role may do: it can add to its log, and change nothing in it."""


def told_in(partition: str, after: str) -> str:
    """Return the condition for `events` that are told in a partition after a position; order by partition, position.

    It compares both columns together, so that only `events_told` serves, the index in that order. With
    `partition = $1 … ORDER BY position` the planner, once it plans for no certain partition, walks the whole log.
    """
    return (
        f"partition IS NOT NULL AND (partition, position) > ({partition}, {after})"
        f" AND (partition, position) < ({partition} + 1, 0)"
    )
