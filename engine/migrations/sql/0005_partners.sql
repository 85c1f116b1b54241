-- Partners and what was agreed with them. An agreement is changed by a new version; every event names the one it was made by.
CREATE TABLE partners (
    program_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    handle text NOT NULL,
    name text NOT NULL,
    website text,
    about text NOT NULL DEFAULT '',
    -- Raised by every change of the row or its agreement, so that of two editors the second is refused.
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    paused_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    -- What the partner paid beforehand and has left, in millionths of a minor unit; only under a prepaid agreement.
    prepaid_micros bigint NOT NULL DEFAULT 0 CHECK (prepaid_micros >= 0),
    -- Cycles up to here are closed, or were passed over because nothing happened in them.
    closed_until timestamptz,
    statements_issued integer NOT NULL DEFAULT 0,
    -- Before when no cycle has to be closed; NULL where that has to be worked out anew, as after a new agreement.
    next_closing_at timestamptz,
    PRIMARY KEY (program_id, partner_id),
    UNIQUE (program_id, handle)
);
CREATE TABLE agreement_versions (
    program_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    definition jsonb NOT NULL,
    effective_from timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, partner_id, version)
);

-- A partner's keys. The secret is encrypted by the plugin, bound to its row: it signs reports, so it has to be read again.
CREATE TABLE partner_keys (
    program_id bigint NOT NULL,
    key_id text NOT NULL,
    partner_id bigint NOT NULL,
    label text NOT NULL,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (program_id, key_id)
);
-- Read before the tenant is known: whose key it is.
CREATE TABLE partner_key_directory (
    key_id text PRIMARY KEY,
    program_id bigint NOT NULL
);
-- What a program signs its events and statements with (Ed25519); the private half is encrypted by the plugin.
CREATE TABLE partner_signing_keys (
    program_id bigint NOT NULL,
    key_id bigint NOT NULL,
    public_key jsonb NOT NULL,
    private_key bytea NOT NULL,
    -- What the key before it signed of this one; NULL for the first, and where the one before could not be opened.
    voucher text,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (program_id, key_id)
);
-- By which number a partner names a member: made for the two of them, so that two partners cannot compare theirs.
CREATE TABLE partner_members (
    program_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    number text NOT NULL,
    member_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, partner_id, number)
);
CREATE UNIQUE INDEX partner_members_member ON partner_members (program_id, partner_id, member_id);
-- How many points were issued or redeemed in a period, for the caps of an agreement.
CREATE TABLE partner_period_points (
    program_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('issued', 'redeemed')),
    period text NOT NULL,
    -- Less what was taken back in it, which may be more than was given in it.
    points bigint NOT NULL,
    PRIMARY KEY (program_id, partner_id, kind, period)
);

-- What happened between a program and a partner that one of them owes money for: written once, signed, never changed.
-- `micros` are millionths of a minor unit, above zero where the partner owes the program.
CREATE TABLE partner_events (
    program_id bigint NOT NULL,
    event_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    agreement_version integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('issued', 'clawed_back', 'payment', 'payment_reversed', 'redeemed',
        'redemption_reversed', 'exchanged', 'adjusted')),
    -- What it is the one effect of; the database refuses a second.
    effect text NOT NULL,
    points bigint NOT NULL,
    micros bigint NOT NULL,
    -- How much of it was taken from, or went back to, what the partner had paid beforehand.
    prepaid_micros bigint NOT NULL DEFAULT 0,
    currency text NOT NULL,
    member_id bigint,
    offer_id bigint,
    claim_id bigint,
    conversion_id bigint,
    -- What the partner knows it by: an order's number, a voucher's code, the reason of an adjustment.
    reference text,
    corrects bigint,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL DEFAULT 'engine',
    -- Canonical JSON, exactly the bytes that are hashed and signed.
    payload text NOT NULL,
    leaf_hash bytea NOT NULL,
    PRIMARY KEY (program_id, event_id),
    UNIQUE (program_id, partner_id, effect)
);
CREATE INDEX partner_events_partner ON partner_events (program_id, partner_id, event_id);
-- Figures of some days, and what is of a cycle that has not begun, without reading the rows themselves.
CREATE INDEX partner_events_time ON partner_events (program_id, partner_id, occurred_at)
    INCLUDE (offer_id, kind, points, micros);
-- Exchanges to credit, and those that were canceled, among vouchers that were taken back.
CREATE INDEX partner_events_exchanges ON partner_events (program_id, partner_id, event_id)
    WHERE kind IN ('exchanged', 'redemption_reversed');
CREATE INDEX partner_events_conversion ON partner_events (program_id, conversion_id) WHERE conversion_id IS NOT NULL;
-- The signature of an event (a compact JWS), made soon after it.
CREATE TABLE partner_event_signatures (
    program_id bigint NOT NULL,
    event_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    -- Drawn as it is signed: whoever reads events by it, in its order, misses none that was committed late.
    position bigint NOT NULL,
    token text NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, event_id)
);
CREATE UNIQUE INDEX partner_event_signatures_position ON partner_event_signatures (program_id, partner_id, position);
-- What the signed events that no statement has taken up come to: added to as they are signed, so that nobody has to sum
-- up a cycle that runs. `late` of them are from before the end of the newest statement.
CREATE TABLE partner_open_sums (
    program_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    kind text NOT NULL,
    currency text NOT NULL,
    events bigint NOT NULL CHECK (events >= 0),
    late bigint NOT NULL CHECK (late BETWEEN 0 AND events),
    points numeric NOT NULL,
    micros numeric NOT NULL,
    prepaid_micros numeric NOT NULL,
    PRIMARY KEY (program_id, partner_id, kind, currency)
);

-- Statements: numbered without a gap for each partner, immutable. Whatever comes later is in the next one.
CREATE TABLE statements (
    program_id bigint NOT NULL,
    statement_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    cycle_starts_at timestamptz NOT NULL,
    cycle_ends_at timestamptz NOT NULL,
    interim boolean NOT NULL,
    lines integer NOT NULL,
    -- Totals by kind and currency, and what is due in each currency in minor units (above zero: by the partner).
    totals jsonb NOT NULL,
    root bytea NOT NULL,
    -- The signed text, and up to which signature every event of the partner is in this statement or an earlier one.
    payload text NOT NULL,
    settled_position bigint NOT NULL,
    token text NOT NULL,
    issued_at timestamptz NOT NULL DEFAULT now(),
    issued_by text NOT NULL,
    PRIMARY KEY (program_id, statement_id),
    UNIQUE (program_id, partner_id, number)
);
CREATE TABLE statement_lines (
    program_id bigint NOT NULL,
    statement_id bigint NOT NULL,
    position integer NOT NULL,
    event_id bigint NOT NULL,
    -- It happened in a cycle that was closed already.
    late boolean NOT NULL,
    PRIMARY KEY (program_id, statement_id, position),
    UNIQUE (program_id, event_id)
);
-- The tree above the lines' own hashes, some nodes of a level in a row, so that one is read without the others.
CREATE TABLE statement_nodes (
    program_id bigint NOT NULL,
    statement_id bigint NOT NULL,
    level smallint NOT NULL CHECK (level > 0),
    page integer NOT NULL CHECK (page >= 0),
    hashes bytea NOT NULL,
    PRIMARY KEY (program_id, statement_id, level, page)
);
CREATE TABLE statement_answers (
    program_id bigint NOT NULL,
    answer_id bigint NOT NULL,
    statement_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    agreed boolean NOT NULL,
    root bytea NOT NULL,
    differences jsonb NOT NULL DEFAULT '[]',
    answered_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    PRIMARY KEY (program_id, answer_id)
);
CREATE TABLE partner_payments (
    program_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('prepayment', 'settlement')),
    -- Above zero: the partner paid; below: we paid the partner.
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    currency text NOT NULL,
    reference text NOT NULL,
    paid_on date NOT NULL,
    statement_id bigint,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    PRIMARY KEY (program_id, payment_id),
    UNIQUE (program_id, partner_id, reference)
);
-- The partner's own file for a statement, matched with ours; what does not match waits and ages until somebody settles it.
CREATE TABLE reconciliations (
    program_id bigint NOT NULL,
    reconciliation_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    statement_id bigint NOT NULL,
    name text NOT NULL,
    file_hash bytea NOT NULL,
    rows_total integer NOT NULL,
    matched integer NOT NULL,
    differences integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, reconciliation_id),
    UNIQUE (program_id, statement_id, file_hash)
);
CREATE TABLE suspense_rows (
    program_id bigint NOT NULL,
    row_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    statement_id bigint NOT NULL,
    reconciliation_id bigint,
    problem text NOT NULL CHECK (problem IN ('only_ours', 'only_theirs', 'different', 'unpaid', 'paid_differently')),
    reference text NOT NULL,
    -- Of which kind of event it is; '': of all together, as in a file that names none.
    kind text NOT NULL DEFAULT '',
    -- In which currency; '' where it is about none, or the reference is one.
    currency text NOT NULL DEFAULT '',
    event_id bigint,
    ours jsonb NOT NULL DEFAULT '{}',
    theirs jsonb NOT NULL DEFAULT '{}',
    opened_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    settled_by text,
    -- 'matched': a later file or statement brought it; 'paid'; 'accepted': somebody settled it by hand, with a note.
    resolution text CHECK (resolution IN ('matched', 'paid', 'accepted')),
    note text,
    PRIMARY KEY (program_id, row_id),
    CHECK ((settled_at IS NULL) = (resolution IS NULL))
);
-- What comes up again after it was settled is a new row.
CREATE UNIQUE INDEX suspense_rows_once ON suspense_rows (program_id, statement_id, problem, kind, reference, currency)
    WHERE settled_at IS NULL;
CREATE INDEX suspense_rows_open ON suspense_rows (program_id, partner_id, opened_at) WHERE settled_at IS NULL;
