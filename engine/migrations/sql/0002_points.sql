-- What counts against a cap: points granted under it, per member (0: the whole program) and period.
CREATE TABLE cap_counters (
    program_id bigint NOT NULL,
    cap text NOT NULL,
    member_id bigint NOT NULL,
    period text NOT NULL,
    used bigint NOT NULL CHECK (used >= 0),
    PRIMARY KEY (program_id, cap, member_id, period)
) PARTITION BY HASH (program_id);

-- What members did besides buying: a review, a birthday, an event that the merchant's own software reports. Facts, once each.
CREATE TABLE member_events (
    program_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    source text NOT NULL,
    source_id text NOT NULL,
    member_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    fields jsonb NOT NULL DEFAULT '{}',
    decided_version integer,
    decided_from jsonb,
    PRIMARY KEY (program_id, shop_id, source, source_id)
) PARTITION BY HASH (program_id);
CREATE INDEX member_events_member ON member_events (program_id, member_id, occurred_at);

-- What the rules may ask about a product, as the shop last told it.
CREATE TABLE products (
    program_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    product_id bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    collection_ids bigint[] NOT NULL DEFAULT '{}',
    product_type text NOT NULL DEFAULT '',
    vendor text NOT NULL DEFAULT '',
    deleted_at timestamptz,
    PRIMARY KEY (program_id, shop_id, product_id)
);

-- Two customers became one person, and perhaps two again. Points moved by transactions; this says which and why.
CREATE TABLE member_merges (
    program_id bigint NOT NULL,
    merge_id bigint NOT NULL,
    from_member_id bigint NOT NULL,
    into_member_id bigint NOT NULL,
    customers jsonb NOT NULL,
    merged_at timestamptz NOT NULL DEFAULT now(),
    merged_by text NOT NULL,
    unmerged_at timestamptz,
    unmerged_by text,
    PRIMARY KEY (program_id, merge_id)
);
CREATE INDEX member_merges_from ON member_merges (program_id, from_member_id);

-- The same key with the same input is the same object, for good; with other input it is refused.
CREATE TABLE idempotency_keys (
    program_id bigint NOT NULL,
    scope text NOT NULL,
    idempotency_key text NOT NULL,
    input_hash bytea NOT NULL,
    object_kind text NOT NULL,
    object_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, scope, idempotency_key)
) PARTITION BY HASH (program_id);

-- Files of grants and imports: what was read, how far it was taken, and what was wrong with which row.
CREATE TABLE bulk_operations (
    program_id bigint NOT NULL,
    operation_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('grant', 'import')),
    name text NOT NULL,
    file_hash bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('checked', 'running', 'finished', 'canceled')),
    rows_total integer NOT NULL,
    rows_done integer NOT NULL DEFAULT 0,
    points_total bigint NOT NULL DEFAULT 0,
    reason text NOT NULL,
    requested_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, operation_id),
    UNIQUE (program_id, kind, file_hash)
);
CREATE TABLE bulk_rows (
    program_id bigint NOT NULL,
    operation_id bigint NOT NULL,
    row_number integer NOT NULL,
    cells jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'applied', 'refused')),
    problem text,
    member_id bigint,
    points bigint,
    PRIMARY KEY (program_id, operation_id, row_number)
);
CREATE INDEX bulk_rows_waiting ON bulk_rows (program_id, operation_id, row_number) WHERE state = 'waiting';
