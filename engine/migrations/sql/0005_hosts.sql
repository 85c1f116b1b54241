-- The other direction: programs elsewhere whose partner this one is. The secret is encrypted by the plugin.
CREATE TABLE partner_hosts (
    program_id bigint NOT NULL,
    host_id bigint NOT NULL,
    -- By which an order may name it, where there are several.
    handle text NOT NULL,
    name text NOT NULL,
    base_url text NOT NULL,
    key_id text NOT NULL,
    secret bytea NOT NULL,
    -- Pinned as the two were connected, vouched for by the one before, or taken by a person: name of the key → JWK.
    public_keys jsonb NOT NULL,
    -- The one of them that signs now: no other can vouch for the next.
    signing_key text NOT NULL DEFAULT '',
    -- Keys that the host has and nobody here trusts yet.
    offered_keys jsonb NOT NULL DEFAULT '[]',
    -- Our copies of what is agreed, by version: a version that we know never changes.
    agreements jsonb NOT NULL DEFAULT '{}',
    -- What its codes begin with: an order with such a code is reported.
    code_prefixes jsonb NOT NULL DEFAULT '[]',
    -- The position of the newest event, and the number of the newest statement, that were read from there.
    read_until bigint NOT NULL DEFAULT 0,
    statements_until integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    next_call_at timestamptz NOT NULL DEFAULT now(),
    failures integer NOT NULL DEFAULT 0,
    last_error text,
    last_call_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (program_id, host_id),
    UNIQUE (program_id, handle),
    UNIQUE (program_id, base_url, key_id)
);
-- Orders of ours that name a host's member, click or code: what of each was reported, and whether it is to be looked at.
CREATE TABLE host_orders (
    program_id bigint NOT NULL,
    host_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    order_id bigint NOT NULL,
    named jsonb NOT NULL,
    due boolean NOT NULL DEFAULT true,
    -- What was reported as bought (NULL: nothing yet) and how much of it as given back, in minor units.
    currency text,
    bought_minor bigint CHECK (bought_minor >= 0),
    returned_minor bigint NOT NULL DEFAULT 0 CHECK (returned_minor >= 0),
    PRIMARY KEY (program_id, host_id, shop_id, order_id)
);
CREATE INDEX host_orders_order ON host_orders (program_id, shop_id, order_id);
CREATE INDEX host_orders_due ON host_orders (program_id, host_id) WHERE due;
-- What we report, kept until the host answered, and then as our own evidence.
CREATE TABLE host_reports (
    program_id bigint NOT NULL,
    host_id bigint NOT NULL,
    report_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('purchase', 'refund')),
    reference text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    body jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'refused')),
    answer jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- When the host last put us off.
    put_off_at timestamptz,
    answered_at timestamptz,
    PRIMARY KEY (program_id, host_id, report_id)
);
CREATE INDEX host_reports_waiting ON host_reports (program_id, host_id, created_at) WHERE state = 'waiting';
CREATE INDEX host_reports_reference ON host_reports (program_id, host_id, reference);
-- The host's signed events, as they came, with what we hold against each.
CREATE TABLE host_events (
    program_id bigint NOT NULL,
    host_id bigint NOT NULL,
    event_id text NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    reference text,
    points bigint NOT NULL,
    micros bigint NOT NULL,
    payload text NOT NULL,
    leaf_hash bytea NOT NULL,
    token text NOT NULL,
    verdict text NOT NULL,
    -- The statement that has it, once that was read.
    statement_number integer,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, host_id, event_id)
);
CREATE INDEX host_events_reference ON host_events (program_id, host_id, reference) WHERE reference IS NOT NULL;
-- What came signed with a key that is not trusted here, unread, until somebody takes that key: then it is read again.
CREATE TABLE host_events_aside (
    program_id bigint NOT NULL,
    host_id bigint NOT NULL,
    position bigint NOT NULL,
    key_name text NOT NULL,
    token text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, host_id, position)
);
CREATE TABLE host_statements (
    program_id bigint NOT NULL,
    host_id bigint NOT NULL,
    number integer NOT NULL,
    token text NOT NULL,
    payload text NOT NULL,
    own_root bytea NOT NULL,
    agreed boolean NOT NULL,
    differences jsonb NOT NULL DEFAULT '[]',
    received_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    PRIMARY KEY (program_id, host_id, number)
);
