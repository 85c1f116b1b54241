-- Columns that points on hold, rules with conditions, merged members and birthdays need. Every one has a default or may be
-- null, so the release before goes on working on this schema.

-- `held` of an award's posted points are not the member's to spend before `release_at`; while that is not known, they wait for
-- what `held_until` names. `granted` is what caps left of what the rule wanted; null where no cap applied.
ALTER TABLE awards ADD COLUMN held bigint NOT NULL DEFAULT 0;
ALTER TABLE awards ADD COLUMN held_until text;
ALTER TABLE awards ADD COLUMN release_at timestamptz;
ALTER TABLE awards ADD COLUMN granted bigint;
ALTER TABLE awards ADD COLUMN detail jsonb NOT NULL DEFAULT '{}';
ALTER TABLE awards ADD CONSTRAINT awards_held CHECK (held >= 0 AND held <= posted) NOT VALID;
CREATE INDEX awards_release ON awards (program_id, release_at) WHERE held > 0 AND release_at IS NOT NULL;

-- Points whose end moves with every purchase: how many days of silence they survive.
ALTER TABLE lots ADD COLUMN idle_days integer CHECK (idle_days > 0);

-- (Checks of columns that are new need not look at old rows: all of them have the default.)
-- What a captured hold gave back since, because the order that used it was refunded.
ALTER TABLE reservations ADD COLUMN restored bigint NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD CONSTRAINT reservations_restored CHECK (restored >= 0 AND restored <= captured) NOT VALID;

-- A member who was merged into another one: every entry goes to the other from then on.
ALTER TABLE members ADD COLUMN merged_into bigint;
ALTER TABLE members ADD COLUMN birthday_month smallint CHECK (birthday_month BETWEEN 1 AND 12);
ALTER TABLE members ADD COLUMN birthday_day smallint CHECK (birthday_day BETWEEN 1 AND 31);
ALTER TABLE members ADD COLUMN birthday_set_on date;
CREATE INDEX members_merged ON members (program_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX members_birthday ON members (program_id, birthday_month, birthday_day) WHERE birthday_day IS NOT NULL;

ALTER TABLE customers ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE customers ADD COLUMN tags_seen_at timestamptz;
ALTER TABLE customers ADD COLUMN subscribed boolean;
ALTER TABLE customers ADD COLUMN subscribed_seen_at timestamptz;

-- By which version and from which facts of its member and products an order was decided, once.
ALTER TABLE orders ADD COLUMN decided_version integer;
ALTER TABLE orders ADD COLUMN decided_from jsonb;
ALTER TABLE orders ADD COLUMN fulfillments jsonb;
UPDATE orders o SET decided_version = a.program_version FROM awards a
    WHERE a.program_id = o.program_id AND a.shop_id = o.shop_id AND a.source = 'order'
    AND a.source_id = o.order_id::text AND a.rule = 'purchase';

-- Who changed the draft last.
ALTER TABLE program_drafts ADD COLUMN updated_by text;

-- What the codes of redemptions are made with, so that none can be guessed.
ALTER TABLE programs ADD COLUMN code_key bytea NOT NULL
    DEFAULT sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea);

-- In the order in which points are spent, so that a wallet of many lots is read only as far as it is needed.
DROP INDEX lots_live;
CREATE INDEX lots_live ON lots (program_id, member_id, expires_at, available_at, lot_id) WHERE remaining > 0;

-- Refunds that found too few points and were let be, for the staff to see.
CREATE INDEX transactions_flagged ON transactions (program_id, transaction_id)
    WHERE detail ->> 'shortfall_policy' = 'flag';
