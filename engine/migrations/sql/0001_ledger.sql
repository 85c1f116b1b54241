-- Double entry. A transaction is a set of transfers, each from one account to another, so it balances by construction.
CREATE SEQUENCE ledger_ids AS bigint;

CREATE TABLE transactions (
    program_id bigint NOT NULL,
    transaction_id bigint NOT NULL,
    kind text NOT NULL,
    member_id bigint NOT NULL,
    award_id bigint,
    points bigint NOT NULL,
    program_version integer,
    corrects bigint,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    content_hash bytea NOT NULL,
    PRIMARY KEY (program_id, transaction_id)
) PARTITION BY HASH (program_id);
CREATE INDEX transactions_member ON transactions (program_id, member_id, transaction_id);

CREATE TABLE transfers (
    program_id bigint NOT NULL,
    transaction_id bigint NOT NULL,
    position smallint NOT NULL,
    debit_account bigint NOT NULL,
    credit_account bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (program_id, transaction_id, position),
    CHECK (debit_account <> credit_account)
) PARTITION BY HASH (program_id);

-- One effect of one external fact, for good: the key says so, not memory. `revision` counts the corrections of an award.
CREATE TABLE effect_keys (
    program_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    source text NOT NULL,
    source_id text NOT NULL,
    rule text NOT NULL,
    revision integer NOT NULL,
    transaction_id bigint NOT NULL,
    PRIMARY KEY (program_id, shop_id, source, source_id, rule, revision)
) PARTITION BY HASH (program_id);

-- What was decided once about a fact: for whom, by which version, in which money. `posted` is the sum of its transactions.
CREATE TABLE awards (
    program_id bigint NOT NULL,
    award_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    source text NOT NULL,
    source_id text NOT NULL,
    rule text NOT NULL,
    program_version integer NOT NULL,
    member_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    expires_at timestamptz,
    posted bigint NOT NULL DEFAULT 0 CHECK (posted >= 0),
    revision integer NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, award_id),
    UNIQUE (program_id, shop_id, source, source_id, rule)
) PARTITION BY HASH (program_id);

CREATE TABLE lots (
    program_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    member_id bigint NOT NULL,
    award_id bigint,
    transaction_id bigint NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    remaining bigint NOT NULL CHECK (remaining >= 0),
    expired bigint NOT NULL DEFAULT 0 CHECK (expired >= 0),
    available_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (program_id, lot_id),
    CHECK (remaining + expired <= quantity)
) PARTITION BY HASH (program_id);
CREATE INDEX lots_live ON lots (program_id, member_id, expires_at) WHERE remaining > 0;
CREATE INDEX lots_expired ON lots (program_id, award_id) WHERE expired > 0;

CREATE TABLE lot_consumptions (
    program_id bigint NOT NULL,
    transaction_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (program_id, transaction_id, lot_id)
) PARTITION BY HASH (program_id);

CREATE TABLE reservations (
    program_id bigint NOT NULL,
    reservation_id bigint NOT NULL,
    member_id bigint NOT NULL,
    points bigint NOT NULL CHECK (points > 0),
    captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0 AND captured <= points),
    state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'captured', 'voided')),
    purpose text NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, reservation_id)
);
CREATE INDEX reservations_due ON reservations (expires_at) WHERE state = 'held';

CREATE TABLE reservation_lots (
    program_id bigint NOT NULL,
    reservation_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (program_id, reservation_id, lot_id)
);
