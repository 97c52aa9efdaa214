"""The schema of a log, the same in every service's database; each service's first migration creates it.

`events` holds each event once, `streams` the version of each stream, `commands` the results of commands by idempotency
key, and `vault` the erasable texts. Checkpoints (`reader_positions`) and dead letters (`parked`) are in the same
database, so that an effect and its checkpoint commit together.
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
"""Version 1 of the kernel's tables. A change is a further migration; this text is never edited."""

TOLD_EPOCH = "ALTER TABLE reader_positions ADD COLUMN told_epoch integer NOT NULL DEFAULT 0"
"""The epoch in which a stopped reader found its source, other than that of its checkpoint (0: it never stopped)."""

FEED_VERIFIED_AT = """
ALTER TABLE reader_positions ADD COLUMN feed_verified_at timestamptz;
UPDATE reader_positions SET told_epoch = 0 WHERE told_epoch = -1;
"""
"""When a reader last read its source's feed, and the feed agreed with its checkpoint (absent: not since it started).

Before, `told_epoch` was -1 from the start of a reader until its feed was verified first.
"""

PROFILE_2 = """
ALTER TABLE log_head
    ADD COLUMN installation text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
    ADD COLUMN hash text NOT NULL DEFAULT repeat('0', 64),
    ADD COLUMN earlier text NOT NULL DEFAULT '';
DO $$
DECLARE
    head bytea;
    seal bytea := decode(repeat('0', 64), 'hex');
    one record;
BEGIN
    FOR one IN SELECT position, recorded_at, entry FROM events ORDER BY position LOOP
        head := sha256(one.entry);
        seal := sha256(seal || convert_to(
            one.position || ' ' || to_char(one.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            || ' ' || encode(head, 'hex') || E'\\n', 'UTF8'));
    END LOOP;
    IF head IS NOT NULL THEN
        UPDATE log_head SET hash = encode(head, 'hex'), earlier = encode(seal, 'hex');
    END IF;
END $$;
CREATE FUNCTION refuse_older_program() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a program of an older version appends to this log: stop it, it knows no hashes';
END $$;
CREATE TRIGGER log_head_hash_moves_too BEFORE UPDATE ON log_head FOR EACH ROW
    WHEN (NEW.position > OLD.position AND NEW.hash = OLD.hash) EXECUTE FUNCTION refuse_older_program();
"""
"""Profile 2: entries hold the hash of the one before (docs/decisions/0014), and the entries until then are sealed."""

ERASURE = """
ALTER TABLE vault ADD COLUMN erased_position bigint, ADD COLUMN erased_at timestamptz;
CREATE FUNCTION refuse_vault_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.erased_position IS NULL AND NEW.erased_position IS NOT NULL
        AND length(NEW.salt) = 0 AND length(NEW.content) = 0
        AND (NEW.commitment, NEW.media_type, NEW.position) = (OLD.commitment, OLD.media_type, OLD.position)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what is in the vault is only erased, by erase_sealed: % refused', TG_OP;
END $$;
CREATE TRIGGER vault_only_erased BEFORE UPDATE OR DELETE ON vault
    FOR EACH ROW EXECUTE FUNCTION refuse_vault_change();
CREATE TRIGGER vault_never_truncated BEFORE TRUNCATE ON vault
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_vault_change();
CREATE FUNCTION erase_sealed(wanted text, erasing bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM events, vault
        WHERE vault.commitment = wanted AND events.position = erasing AND events.position > vault.position
        AND position(convert_to(wanted, 'UTF8') IN events.entry) > 0;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no later event at position % names %: nothing is erased', erasing, wanted;
    END IF;
    UPDATE vault SET salt = '', content = '', erased_position = erasing, erased_at = clock_timestamp()
        WHERE commitment = wanted AND erased_position IS NULL;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION erase_sealed(text, bigint) FROM PUBLIC;
"""
"""Erasure of a text: one function erases it, only where an event of the log names it. The row stays with the time."""

READS = """
CREATE TABLE reads (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    via text NOT NULL DEFAULT '',
    action text NOT NULL,
    subject text NOT NULL,
    authority text NOT NULL
);
CREATE TRIGGER reads_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
"""The read log: each access to data that is not public (feeds, unpublished scores, texts of the vault)."""

HISTORY = PROFILE_2 + ERASURE + READS
"""The migration of every service to profile 2."""

HISTORY_GRANTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON vault FROM {role};
GRANT EXECUTE ON FUNCTION erase_sealed(text, bigint) TO {role};
GRANT SELECT, INSERT ON reads TO {role};
"""

TODAY = LOG + TOLD_EPOCH + ";" + HISTORY + FEED_VERIFIED_AT
"""A log's tables after all migrations, for tests and measurements that run none."""

GRANTS = """
GRANT SELECT, INSERT ON events, commands, vault TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE
    ON log_head, streams, reader_positions, readers, parked, relay_lease TO {role};
GRANT CREATE, TEMPORARY ON DATABASE {database} TO {role};
GRANT ALL ON SCHEMA live TO {role};
"""
"""The rights of the service's own role: it can append to its log, and change no entry."""


def published_in(partition: str, after: str) -> str:
    """Return the condition for `events` that are published in a partition after a position.

    The query orders by partition, position. The condition compares both columns together, so that the planner uses the
    index `events_told`, which has this order. With `partition = $1 … ORDER BY position` a generic plan, for an unknown
    partition, scans the whole log.
    """
    return (
        f"partition IS NOT NULL AND (partition, position) > ({partition}, {after})"
        f" AND (partition, position) < ({partition} + 1, 0)"
    )
