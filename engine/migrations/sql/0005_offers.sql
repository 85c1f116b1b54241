-- Offers of partners to members. The budget of an offer is kept on its row, as zero has to close it in the same transaction.
CREATE TABLE offers (
    program_id bigint NOT NULL,
    offer_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    handle text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    position integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'exhausted', 'closed')),
    pool_id bigint,
    -- 'claims', 'points' or a currency, whose minor units are counted; NULL: no budget.
    budget_unit text,
    budget_free bigint NOT NULL DEFAULT 0 CHECK (budget_free >= 0),
    budget_held bigint NOT NULL DEFAULT 0 CHECK (budget_held >= 0),
    budget_spent bigint NOT NULL DEFAULT 0 CHECK (budget_spent >= 0),
    -- What the next thing that it gives takes at least: with less than that free, the offer is exhausted.
    budget_next bigint NOT NULL DEFAULT 0,
    -- Claims that are not void.
    claims_made bigint NOT NULL DEFAULT 0 CHECK (claims_made >= 0),
    -- How many more may be claimed in all; NULL: no such limit.
    claims_left bigint CHECK (claims_left >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    closed_at timestamptz,
    archived_at timestamptz,
    PRIMARY KEY (program_id, offer_id),
    UNIQUE (program_id, handle)
);
CREATE INDEX offers_partner ON offers (program_id, partner_id);
CREATE TABLE offer_versions (
    program_id bigint NOT NULL,
    offer_id bigint NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, offer_id, version)
);
-- Double entry of the budgets: 1 the fund that they come from, 2 free, 3 held by claims, 4 spent.
CREATE TABLE budget_transfers (
    program_id bigint NOT NULL,
    transfer_id bigint NOT NULL,
    offer_id bigint NOT NULL,
    kind text NOT NULL,
    unit text NOT NULL,
    debit_account smallint NOT NULL CHECK (debit_account BETWEEN 1 AND 4),
    credit_account smallint NOT NULL CHECK (credit_account BETWEEN 1 AND 4),
    amount bigint NOT NULL CHECK (amount > 0),
    claim_id bigint,
    conversion_id bigint,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    PRIMARY KEY (program_id, transfer_id),
    CHECK (debit_account <> credit_account)
);
CREATE INDEX budget_transfers_offer ON budget_transfers (program_id, offer_id);

-- Codes that a partner gave us to hand out.
CREATE TABLE code_pools (
    program_id bigint NOT NULL,
    pool_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    name text NOT NULL,
    expires_at timestamptz,
    low_water integer NOT NULL DEFAULT 0 CHECK (low_water >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    closed_at timestamptz,
    -- Since when no more than `low_water` are left, and when that was last told.
    low_since timestamptz,
    low_told_at timestamptz,
    PRIMARY KEY (program_id, pool_id)
);
CREATE INDEX code_pools_partner ON code_pools (program_id, partner_id);
-- How many codes of a pool are free, in parts by `code_id`, so that claims at the same time do not wait for one row.
CREATE TABLE pool_counts (
    program_id bigint NOT NULL,
    pool_id bigint NOT NULL,
    part smallint NOT NULL,
    codes_free bigint NOT NULL DEFAULT 0 CHECK (codes_free >= 0),
    PRIMARY KEY (program_id, pool_id, part)
) WITH (fillfactor = 20);
CREATE TABLE pool_codes (
    program_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    code text NOT NULL,
    code_id bigint NOT NULL,
    pool_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'claimed', 'void', 'expired')),
    claim_id bigint,
    -- A code of a partner is in one pool, once.
    PRIMARY KEY (program_id, partner_id, code)
);
CREATE UNIQUE INDEX pool_codes_free ON pool_codes (program_id, pool_id, code_id) WHERE state = 'free';
CREATE TABLE pool_imports (
    program_id bigint NOT NULL,
    import_id bigint NOT NULL,
    pool_id bigint NOT NULL,
    name text NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished', 'broken_off')),
    bytes_total bigint,
    bytes_done bigint NOT NULL DEFAULT 0,
    rows_added bigint NOT NULL DEFAULT 0,
    rows_repeated bigint NOT NULL DEFAULT 0,
    rows_refused bigint NOT NULL DEFAULT 0,
    problems jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, import_id)
);
CREATE INDEX pool_imports_pool ON pool_imports (program_id, pool_id, import_id);

-- What members claimed. `budget` is what it holds of the offer's budget until it is used or ends.
CREATE TABLE offer_claims (
    program_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    offer_id bigint NOT NULL,
    offer_version integer NOT NULL,
    partner_id bigint NOT NULL,
    agreement_version integer NOT NULL,
    member_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    customer_id bigint,
    kind text NOT NULL CHECK (kind IN ('code', 'link', 'accrual', 'redemption', 'exchange')),
    state text NOT NULL CHECK (state IN ('ready', 'used', 'void', 'expired')),
    code text,
    points bigint NOT NULL DEFAULT 0 CHECK (points >= 0),
    reservation_id bigint,
    -- What an exchange gives, in the partner's points, and on whose account there.
    gives bigint,
    account text,
    budget bigint NOT NULL DEFAULT 0 CHECK (budget >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    settled_at timestamptz,
    note text,
    PRIMARY KEY (program_id, claim_id)
);
CREATE INDEX offer_claims_member ON offer_claims (program_id, member_id, claim_id);
CREATE INDEX offer_claims_partner ON offer_claims (program_id, partner_id, created_at) INCLUDE (offer_id);
CREATE INDEX offer_claims_offer ON offer_claims (program_id, offer_id, member_id);
CREATE INDEX offer_claims_due ON offer_claims (expires_at) WHERE state = 'ready' AND expires_at IS NOT NULL;
CREATE UNIQUE INDEX offer_claims_code ON offer_claims (program_id, partner_id, code)
    WHERE code IS NOT NULL AND state <> 'void' AND kind IN ('code', 'redemption');
CREATE TABLE offer_clicks (
    program_id bigint NOT NULL,
    click_id text NOT NULL,
    claim_id bigint NOT NULL,
    offer_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    member_id bigint NOT NULL,
    clicked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, click_id)
);
CREATE INDEX offer_clicks_member ON offer_clicks (program_id, partner_id, member_id, clicked_at);
CREATE INDEX offer_clicks_partner ON offer_clicks (program_id, partner_id, clicked_at) INCLUDE (offer_id);
CREATE INDEX offer_clicks_claim ON offer_clicks (program_id, claim_id, clicked_at);
CREATE TABLE exchange_quotes (
    program_id bigint NOT NULL,
    quote_id bigint NOT NULL,
    offer_id bigint NOT NULL,
    offer_version integer NOT NULL,
    member_id bigint NOT NULL,
    points bigint NOT NULL CHECK (points > 0),
    gives bigint NOT NULL CHECK (gives > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    claim_id bigint,
    PRIMARY KEY (program_id, quote_id)
);
CREATE INDEX exchange_quotes_ended ON exchange_quotes (expires_at);

-- What partners report, as it came: once each by the partner's own name for it.
CREATE TABLE partner_reports (
    program_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    report_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('purchase', 'refund')),
    reference text NOT NULL,
    body jsonb NOT NULL,
    body_hash bytea NOT NULL,
    via text NOT NULL CHECK (via IN ('api', 'file')),
    state text NOT NULL CHECK (state IN ('applied', 'waiting', 'refused')),
    refusal text,
    conversion_id bigint,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    PRIMARY KEY (program_id, partner_id, report_id)
);
CREATE INDEX partner_reports_reference ON partner_reports (program_id, partner_id, reference);
-- One of each order of a partner.
CREATE TABLE conversions (
    program_id bigint NOT NULL,
    conversion_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    reference text NOT NULL,
    offer_id bigint NOT NULL,
    offer_version integer NOT NULL,
    agreement_version integer NOT NULL,
    claim_id bigint NOT NULL,
    click_id text,
    attributed_by text NOT NULL CHECK (attributed_by IN ('number', 'code', 'click')),
    member_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'approved', 'declined', 'reversed')),
    reason text,
    occurred_at timestamptz NOT NULL,
    -- When it is approved by itself; NULL once it is decided.
    approves_at timestamptz,
    -- When it was approved, in the time of the books: what is refunded later happened no earlier than this.
    approved_at timestamptz,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    -- What it gives in full, before refunds: points to the member, money between the two (above zero: the partner pays).
    points bigint NOT NULL CHECK (points >= 0),
    payment_micros bigint NOT NULL,
    budget bigint NOT NULL DEFAULT 0 CHECK (budget >= 0),
    award_id bigint,
    revision integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, conversion_id),
    UNIQUE (program_id, partner_id, reference)
);
CREATE INDEX conversions_due ON conversions (approves_at) WHERE state = 'pending' AND approves_at IS NOT NULL;
CREATE INDEX conversions_offer ON conversions (program_id, offer_id, conversion_id);
CREATE INDEX conversions_partner ON conversions (program_id, partner_id, conversion_id);
CREATE INDEX conversions_partner_state ON conversions (program_id, partner_id, state, conversion_id);
CREATE INDEX conversions_time ON conversions (program_id, partner_id, occurred_at) INCLUDE (offer_id, state);
CREATE INDEX conversions_member ON conversions (program_id, member_id);
CREATE TABLE conversion_changes (
    program_id bigint NOT NULL,
    change_id bigint NOT NULL,
    conversion_id bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    reason text,
    actor text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, change_id)
);
CREATE INDEX conversion_changes_conversion ON conversion_changes (program_id, conversion_id, change_id);
CREATE TABLE conversion_appeals (
    program_id bigint NOT NULL,
    appeal_id bigint NOT NULL,
    conversion_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    said text NOT NULL,
    appealed_by text NOT NULL,
    appealed_at timestamptz NOT NULL DEFAULT now(),
    decision text CHECK (decision IN ('upheld', 'approved')),
    decided_by text,
    decided_at timestamptz,
    note text,
    PRIMARY KEY (program_id, appeal_id)
);
CREATE UNIQUE INDEX conversion_appeals_open ON conversion_appeals (program_id, conversion_id) WHERE decision IS NULL;

-- Files of reports that a partner sent: checked first, then each row is a report like any other.
CREATE TABLE report_files (
    program_id bigint NOT NULL,
    file_id bigint NOT NULL,
    partner_id bigint NOT NULL,
    name text NOT NULL,
    file_hash bytea NOT NULL,
    state text NOT NULL DEFAULT 'checked' CHECK (state IN ('checked', 'running', 'finished', 'canceled')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, file_id),
    UNIQUE (program_id, partner_id, file_hash)
);
CREATE INDEX report_files_running ON report_files (file_id) WHERE state = 'running';
CREATE TABLE report_file_rows (
    program_id bigint NOT NULL,
    file_id bigint NOT NULL,
    row_number integer NOT NULL,
    state text NOT NULL CHECK (state IN ('ready', 'applied', 'waiting', 'repeated', 'refused')),
    -- The report, until it was taken.
    body jsonb,
    problem text,
    conversion_id bigint,
    PRIMARY KEY (program_id, file_id, row_number)
);
CREATE INDEX report_file_rows_ready ON report_file_rows (program_id, file_id, row_number) WHERE state = 'ready';
