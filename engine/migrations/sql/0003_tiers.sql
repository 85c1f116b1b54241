-- What members did that counts for their standing: one row for each order or event. `steps` says what it was worth in all
-- from when on, because refunds come later: [[at, spend_minor, points, orders, reviews, referrals], …], oldest first.
CREATE TABLE activities (
    program_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    source text NOT NULL,
    source_id text NOT NULL,
    -- Who did it; since a merge it counts for another.
    member_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    currency text,
    steps jsonb NOT NULL,
    PRIMARY KEY (program_id, shop_id, source, source_id)
) PARTITION BY HASH (program_id);
CREATE INDEX activities_member ON activities (program_id, member_id, occurred_at);

-- What tiers there are and how they are reached and kept: immutable versions, like those of the program.
CREATE TABLE tier_versions (
    program_id bigint NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    effective_from timestamptz NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, version)
);

-- A change that is thought about: what it would do to whom is counted, then it is applied or dropped.
CREATE TABLE tier_plans (
    program_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    base_version integer NOT NULL,
    definition jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('counting', 'ready', 'applied', 'dropped')),
    members_total bigint NOT NULL DEFAULT 0,
    members_done bigint NOT NULL DEFAULT 0,
    last_member_id bigint NOT NULL DEFAULT 0,
    summary jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    settled_at timestamptz,
    settled_by text,
    PRIMARY KEY (program_id, plan_id)
);
CREATE INDEX tier_plans_counting ON tier_plans (program_id, plan_id) WHERE state = 'counting';

-- The tier that each member has, worked out from facts and versions; `review_at` is when it may change by time alone.
CREATE TABLE member_tiers (
    program_id bigint NOT NULL,
    member_id bigint NOT NULL,
    version integer NOT NULL,
    tier text NOT NULL,
    since timestamptz NOT NULL,
    valid_until timestamptz,
    grace_until timestamptz,
    spend_minor bigint NOT NULL DEFAULT 0,
    points bigint NOT NULL DEFAULT 0,
    orders bigint NOT NULL DEFAULT 0,
    reviews bigint NOT NULL DEFAULT 0,
    referrals bigint NOT NULL DEFAULT 0,
    membership_months bigint NOT NULL DEFAULT 0,
    overridden boolean NOT NULL DEFAULT false,
    review_at timestamptz,
    PRIMARY KEY (program_id, member_id)
) WITH (fillfactor = 80);
CREATE INDEX member_tiers_due ON member_tiers (review_at) WHERE review_at IS NOT NULL;
CREATE INDEX member_tiers_version ON member_tiers (program_id, version, member_id);
CREATE INDEX member_tiers_tier ON member_tiers (program_id, tier, member_id);

-- A tier given by hand, with its reason and its end.
CREATE TABLE tier_overrides (
    program_id bigint NOT NULL,
    override_id bigint NOT NULL,
    member_id bigint NOT NULL,
    tier text NOT NULL,
    starts_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz,
    reason text NOT NULL,
    created_by text NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by text,
    PRIMARY KEY (program_id, override_id),
    CHECK (ends_at IS NULL OR ends_at > starts_at)
);
CREATE INDEX tier_overrides_member ON tier_overrides (program_id, member_id);

-- Each thing that a tier or a plan did for a member: a tag set, a code made, a gift given, or what failed. `occasion` tells
-- one time from another (the entry, the birthday, the month), so that nothing is given twice.
CREATE TABLE perk_deliveries (
    program_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    member_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    -- NULL once the customer was erased.
    customer_id bigint,
    -- tier:gold or plan:laurel-plus
    grantor text NOT NULL,
    perk text NOT NULL,
    kind text NOT NULL,
    occasion text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'revoking', 'revoked', 'failed')),
    value jsonb NOT NULL DEFAULT '{}',
    code text,
    external_id text,
    failure text,
    created_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    ends_at timestamptz,
    revoked_at timestamptz,
    -- When and by which order a code was used.
    used_at timestamptz,
    used_order_id bigint,
    PRIMARY KEY (program_id, delivery_id),
    UNIQUE (program_id, shop_id, customer_id, grantor, perk, occasion)
);
CREATE UNIQUE INDEX perk_deliveries_code ON perk_deliveries (program_id, code) WHERE code IS NOT NULL;
CREATE INDEX perk_deliveries_member ON perk_deliveries (program_id, member_id, delivery_id);
CREATE INDEX perk_deliveries_open ON perk_deliveries (created_at) WHERE state IN ('waiting', 'revoking');

-- What a shop's customer shows of their standing in Shopify (metafield and tags), and whether it is as it should be.
-- `shown` also names the tags that are just being added, written down before they are: what stands on the customer without
-- being named here is the merchant's own. Calls name a mark by its id, which is nobody's any more once the row is gone.
CREATE TABLE customer_marks (
    program_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    mark_id bigint NOT NULL DEFAULT nextval('ledger_ids'),
    wanted jsonb NOT NULL,
    shown jsonb,
    wanted_at timestamptz NOT NULL DEFAULT now(),
    shown_at timestamptz,
    failure text,
    PRIMARY KEY (program_id, shop_id, customer_id),
    UNIQUE (program_id, mark_id)
);
CREATE INDEX customer_marks_open ON customer_marks (wanted_at)
    WHERE failure IS NULL AND (shown_at IS NULL OR shown_at < wanted_at);

-- How far orders that were decided before activities were kept have been counted; null when all are.
ALTER TABLE programs ADD COLUMN counted_shop_id bigint DEFAULT 0;
ALTER TABLE programs ADD COLUMN counted_order_id bigint NOT NULL DEFAULT 0;
