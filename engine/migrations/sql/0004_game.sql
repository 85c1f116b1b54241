-- The game: badges, challenges, streaks, levels, leaderboards and leagues. All of them are folds over activities, over what
-- members asked for and over immutable versions of definitions; what is kept here beside those is only their result, with
-- the moment at which time alone changes it, and what was settled once: seasons, cohorts, credentials.

-- What there is to play for. An edit is a new version; what was finished keeps the version it was finished by.
CREATE TABLE game_definitions (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('badge', 'challenge', 'streak', 'levels', 'leaderboard', 'league')),
    handle text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    position integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    PRIMARY KEY (program_id, definition_id),
    UNIQUE (program_id, kind, handle)
);
CREATE TABLE game_definition_versions (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    effective_from timestamptz NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, definition_id, version)
);

-- What members or staff decided in the game: a challenge joined, a streak repaired or paused, a zone of their own, a badge
-- given by hand. Facts, once each; definition_id is 0 where a fact is about none.
CREATE TABLE game_facts (
    program_id bigint NOT NULL,
    member_id bigint NOT NULL,
    kind text NOT NULL,
    definition_id bigint NOT NULL DEFAULT 0,
    source_id text NOT NULL DEFAULT '',
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    detail jsonb NOT NULL DEFAULT '{}',
    created_by text NOT NULL,
    PRIMARY KEY (program_id, member_id, kind, definition_id, source_id)
);

-- Members of whom something changed that the game has to be worked out from; drained and deleted in batches. Several marks of
-- one member are one piece of work; nothing is ever updated here, so nobody waits for anybody.
CREATE TABLE game_marks (
    program_id bigint NOT NULL,
    mark_id bigint NOT NULL DEFAULT nextval('ledger_ids'),
    member_id bigint NOT NULL,
    marked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, mark_id)
);
CREATE INDEX game_marks_waiting ON game_marks (mark_id);

-- What members reached: one row for each level of a badge, each time a challenge was finished, each milestone of a streak,
-- each level of experience. A row is never deleted: what was reached no longer is revoked, and perhaps reached again.
CREATE TABLE achievements (
    program_id bigint NOT NULL,
    achievement_id bigint NOT NULL,
    member_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    kind text NOT NULL,
    handle text NOT NULL,
    -- Which level of the badge, how long the streak, which level of experience; 0 where there is only one.
    level integer NOT NULL,
    -- Which time, where it can be reached more than once: the first day of its window, or a number.
    occasion text NOT NULL,
    version integer NOT NULL,
    earned_at timestamptz NOT NULL,
    revoked_at timestamptz,
    -- What finishing it counts on a board of challenge scores.
    score bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    -- The badge as a credential: an address that nobody can guess, what hides the member's identity, the bit that revokes it.
    credential_id uuid NOT NULL DEFAULT gen_random_uuid(),
    salt text NOT NULL DEFAULT encode(decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), 'hex'),
    status_index bigint,
    PRIMARY KEY (program_id, achievement_id),
    UNIQUE (program_id, member_id, definition_id, level, occasion)
);
CREATE UNIQUE INDEX achievements_credential ON achievements (program_id, credential_id);
CREATE UNIQUE INDEX achievements_status ON achievements (program_id, status_index) WHERE status_index IS NOT NULL;
CREATE INDEX achievements_earned ON achievements (program_id, definition_id, level, earned_at) WHERE revoked_at IS NULL;

-- Credentials that were revoked and followed by a new one, because what they tell of was reached again: revoking is for
-- good, so the old bit stays set and the old address goes on saying so.
CREATE TABLE revoked_credentials (
    program_id bigint NOT NULL,
    credential_id uuid NOT NULL,
    achievement_id bigint NOT NULL,
    status_index bigint NOT NULL,
    revoked_at timestamptz NOT NULL,
    PRIMARY KEY (program_id, credential_id),
    UNIQUE (program_id, status_index)
);

-- Where a member stands, for lists and for what time changes next.
CREATE TABLE game_standings (
    program_id bigint NOT NULL,
    member_id bigint NOT NULL,
    experience bigint NOT NULL DEFAULT 0,
    level integer NOT NULL DEFAULT 0,
    review_at timestamptz,
    PRIMARY KEY (program_id, member_id)
) WITH (fillfactor = 80);
CREATE INDEX game_standings_due ON game_standings (review_at) WHERE review_at IS NOT NULL;

-- A new definition that counts what was done before it: how far its members have been looked at.
CREATE TABLE game_sweeps (
    program_id bigint NOT NULL PRIMARY KEY,
    last_member_id bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now()
);

-- A definition that is thought about: who would reach it at once, and what that would cost.
CREATE TABLE game_previews (
    program_id bigint NOT NULL,
    preview_id bigint NOT NULL,
    kind text NOT NULL,
    definition_id bigint,
    definition jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('counting', 'ready', 'dropped')),
    members_total bigint NOT NULL DEFAULT 0,
    members_done bigint NOT NULL DEFAULT 0,
    last_member_id bigint NOT NULL DEFAULT 0,
    summary jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, preview_id)
);
CREATE INDEX game_previews_counting ON game_previews (program_id, preview_id) WHERE state = 'counting';

-- A challenge of the whole community: what each member gave to one of its periods, and how the period ended.
CREATE TABLE challenge_contributions (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    period text NOT NULL,
    member_id bigint NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (program_id, definition_id, period, member_id)
);
CREATE INDEX challenge_contributions_member ON challenge_contributions (program_id, member_id);
-- The sum of them, so that a running goal is read without adding up a whole community, and what was not added to it yet:
-- nobody who changes what a member gave waits for a row that all share.
CREATE TABLE challenge_moves (
    program_id bigint NOT NULL,
    move_id bigint NOT NULL DEFAULT nextval('ledger_ids'),
    definition_id bigint NOT NULL,
    period text NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (program_id, move_id)
);
CREATE TABLE challenge_totals (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    period text NOT NULL,
    total bigint NOT NULL,
    -- When the period was found to be over, and when all news that had been heard by then were applied: it is settled when
    -- the members of whom those were have been worked out.
    due_since timestamptz,
    applied_at timestamptz,
    PRIMARY KEY (program_id, definition_id, period)
) WITH (fillfactor = 50);
-- How often a goal of all of a program moved or was settled, and the last move that is counted in: what others give is news
-- to everybody who has a page open.
CREATE TABLE challenge_news (
    program_id bigint NOT NULL PRIMARY KEY,
    news bigint NOT NULL,
    last_move_id bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE challenge_periods (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    period text NOT NULL,
    version integer NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    total bigint NOT NULL,
    reached_at timestamptz,
    settled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, definition_id, period)
);

-- Pictures for badges that the merchant brought, sanitized.
CREATE TABLE artworks (
    program_id bigint NOT NULL,
    artwork_id bigint NOT NULL,
    name text NOT NULL,
    svg text NOT NULL,
    content_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (program_id, artwork_id),
    UNIQUE (program_id, content_hash)
);

-- What credentials are signed with. The private half is encrypted by the plugin with the key's id as associated data.
CREATE TABLE issuer_keys (
    program_id bigint NOT NULL,
    key_id bigint NOT NULL,
    public_key jsonb NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (program_id, key_id)
);
