-- What is sold: a plan is edited by a new version; a membership names the version that it was sold by.
CREATE TABLE plans (
    program_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    handle text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    position integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    PRIMARY KEY (program_id, plan_id),
    UNIQUE (program_id, handle)
);
CREATE TABLE plan_versions (
    program_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, plan_id, version)
);

-- The facts that memberships follow from: a purchase, a grant, a paid period, a failed payment, a wish to pause or cancel.
-- Once each by their source; `detail` of a purchase learns of refunds.
CREATE TABLE membership_facts (
    program_id bigint NOT NULL,
    fact_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    member_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    plan_version integer NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    source_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    detail jsonb NOT NULL DEFAULT '{}',
    actor text NOT NULL,
    PRIMARY KEY (program_id, fact_id),
    UNIQUE (program_id, shop_id, source, source_id)
);
CREATE INDEX membership_facts_member ON membership_facts (program_id, member_id, occurred_at);
CREATE INDEX membership_facts_bought ON membership_facts (recorded_at) WHERE kind = 'purchased';

-- The membership that follows from the facts; `review_at` is when it changes by time alone.
CREATE TABLE memberships (
    program_id bigint NOT NULL,
    member_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    plan_version integer NOT NULL,
    state text NOT NULL CHECK (state IN ('trialing', 'active', 'past_due', 'paused', 'cancel_scheduled', 'ended')),
    way text NOT NULL CHECK (way IN ('purchase', 'contract', 'grant')),
    started_at timestamptz NOT NULL,
    ends_at timestamptz,
    -- Until when its privileges hold: grace days included. Not the state decides that.
    entitled_until timestamptz,
    paused_until timestamptz,
    shop_id bigint,
    contract_id bigint,
    review_at timestamptz,
    PRIMARY KEY (program_id, member_id, plan_id)
);
CREATE INDEX memberships_due ON memberships (review_at) WHERE review_at IS NOT NULL;
CREATE INDEX memberships_plan ON memberships (program_id, plan_id, state, member_id);

-- What a member got because of a membership or tier, with its value in minor units; a refund lowers it.
CREATE TABLE benefit_entries (
    program_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    member_id bigint NOT NULL,
    grantor text NOT NULL,
    perk text NOT NULL,
    shop_id bigint NOT NULL,
    source text NOT NULL,
    source_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    value_minor bigint NOT NULL CHECK (value_minor >= 0),
    currency text NOT NULL,
    points bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, entry_id),
    UNIQUE (program_id, shop_id, source, source_id, grantor, perk)
);
CREATE INDEX benefit_entries_member ON benefit_entries (program_id, member_id, occurred_at);
CREATE INDEX benefit_entries_grantor ON benefit_entries (program_id, grantor, occurred_at);

-- Contracts that the app bills, as Shopify last told them and as the app runs them.
CREATE TABLE contracts (
    program_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    member_id bigint,
    customer_id bigint,
    plan_id bigint,
    plan_version integer,
    revision_id bigint NOT NULL DEFAULT 0,
    status text NOT NULL,
    currency text NOT NULL,
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    interval_unit text NOT NULL CHECK (interval_unit IN ('day', 'week', 'month', 'year')),
    interval_count integer NOT NULL CHECK (interval_count > 0),
    anchor_at timestamptz NOT NULL,
    origin_order_id bigint,
    trial_ends_at timestamptz,
    -- The cycle that is billed next; cycle 1 was paid with the order that the contract came from.
    next_cycle integer NOT NULL DEFAULT 2,
    next_billing_at timestamptz,
    paused_until timestamptz,
    cancel_at_end boolean NOT NULL DEFAULT false,
    payment_ends_on date,
    warned jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now(),
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (program_id, shop_id, contract_id)
);
CREATE INDEX contracts_due ON contracts (next_billing_at) WHERE next_billing_at IS NOT NULL;
CREATE INDEX contracts_member ON contracts (program_id, member_id);
CREATE INDEX contracts_order ON contracts (program_id, shop_id, origin_order_id) WHERE origin_order_id IS NOT NULL;
CREATE INDEX contracts_unlinked ON contracts (updated_at) WHERE plan_id IS NULL OR member_id IS NULL;
CREATE INDEX contracts_wanted ON contracts (program_id, contract_id) WHERE detail ? 'wanted';

-- Each attempt to be paid for a cycle: its key is the same however often it is asked, so that it is one charge at most.
CREATE TABLE billing_attempts (
    program_id bigint NOT NULL,
    attempt_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    cycle integer NOT NULL,
    attempt integer NOT NULL,
    idempotency_key text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'asked', 'challenged', 'succeeded', 'failed', 'dropped')),
    failure_class text,
    error_code text,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    external_id text,
    order_id bigint,
    next_action_url text,
    created_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL,
    asked_at timestamptz,
    settled_at timestamptz,
    PRIMARY KEY (program_id, attempt_id),
    UNIQUE (program_id, shop_id, contract_id, cycle, attempt),
    UNIQUE (program_id, shop_id, idempotency_key)
);
CREATE UNIQUE INDEX billing_attempts_paid ON billing_attempts (program_id, shop_id, contract_id, cycle)
    WHERE state = 'succeeded';
CREATE INDEX billing_attempts_order ON billing_attempts (program_id, shop_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX billing_attempts_open ON billing_attempts (due_at) WHERE state IN ('waiting', 'asked', 'challenged');

-- Orders that should have brought a contract and did not, and contracts that fit no plan: seen and settled by a person.
CREATE TABLE membership_repairs (
    program_id bigint NOT NULL,
    repair_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    order_id bigint,
    contract_id bigint,
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    settled_by text,
    resolution text,
    PRIMARY KEY (program_id, repair_id)
);
CREATE UNIQUE INDEX membership_repairs_order ON membership_repairs (program_id, shop_id, order_id, reason)
    WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX membership_repairs_contract ON membership_repairs (program_id, shop_id, contract_id, reason)
    WHERE contract_id IS NOT NULL AND order_id IS NULL;

-- Since when a shop may be billed for: after an uninstall and a return, not before the merchant says so.
ALTER TABLE shops ADD COLUMN billing_resumed_at timestamptz;
ALTER TABLE shops ADD COLUMN billing_resumed_by text;
ALTER TABLE shops ADD COLUMN billing_held_since timestamptz;
