-- What points buy. A reward is edited by a new version; a redemption names the version that it was promised by.
CREATE TABLE rewards (
    program_id bigint NOT NULL,
    reward_id bigint NOT NULL,
    handle text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    position integer NOT NULL DEFAULT 0,
    stock_left bigint CHECK (stock_left >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    PRIMARY KEY (program_id, reward_id),
    UNIQUE (program_id, handle)
);
CREATE TABLE reward_versions (
    program_id bigint NOT NULL,
    reward_id bigint NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, reward_id, version)
);

-- A redemption ends in exactly one code (or credit, or gift) or in all its points given back.
CREATE TABLE redemptions (
    program_id bigint NOT NULL,
    redemption_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    customer_id bigint,
    member_id bigint NOT NULL,
    reward_id bigint NOT NULL,
    reward_version integer NOT NULL,
    reservation_id bigint NOT NULL,
    points bigint NOT NULL CHECK (points > 0),
    state text NOT NULL CHECK (state IN (
        'pending', 'ready', 'unknown', 'canceling', 'expiring', 'used', 'canceled', 'expired', 'failed')),
    code text,
    value jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ready_at timestamptz,
    expires_at timestamptz,
    unknown_since timestamptz,
    settled_at timestamptz,
    external_id text,
    used_shop_id bigint,
    used_order_id bigint,
    applied_minor bigint,
    failure text,
    note text,
    PRIMARY KEY (program_id, redemption_id)
) PARTITION BY HASH (program_id);
CREATE UNIQUE INDEX redemptions_code ON redemptions (program_id, code) WHERE code IS NOT NULL;
CREATE INDEX redemptions_member ON redemptions (program_id, member_id, redemption_id);
CREATE INDEX redemptions_due ON redemptions (expires_at) WHERE state = 'ready' AND expires_at IS NOT NULL;
CREATE INDEX redemptions_order ON redemptions (program_id, used_shop_id, used_order_id) WHERE used_order_id IS NOT NULL;
CREATE INDEX redemptions_open ON redemptions (program_id, redemption_id)
    WHERE state IN ('pending', 'unknown', 'canceling', 'expiring');

-- Calls that have to be made to the shop: put in by the transaction that wants them, leased by the worker that makes them.
-- A lease that ran out means that nobody knows what became of the call: it is looked up before it is made again.
CREATE TABLE outside_calls (
    program_id bigint NOT NULL,
    call_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    kind text NOT NULL,
    object_id bigint NOT NULL,
    -- Calls of one queue are made one after another, in the order in which they were asked for.
    queue text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    unknown_since timestamptz,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    lease_token bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    last_error text,
    PRIMARY KEY (program_id, call_id)
);
CREATE UNIQUE INDEX outside_calls_open ON outside_calls (program_id, kind, object_id) WHERE state IN ('waiting', 'running');
CREATE INDEX outside_calls_due ON outside_calls (next_attempt_at) WHERE state IN ('waiting', 'running');
CREATE INDEX outside_calls_queue ON outside_calls (program_id, queue, call_id) WHERE state IN ('waiting', 'running');
