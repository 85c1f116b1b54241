-- Leaderboards and leagues. Scores are worked out from activities and live in Redis; here is who takes part, and what was
-- settled: a season that closed, a cohort that was formed, a prize that was given.

-- Who wants to be seen on a board or in a league, by which name. Whoever leaves has no row any more.
CREATE TABLE board_participants (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    member_id bigint NOT NULL,
    display_name text NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT now(),
    -- Whose wish it was, where they were merged into this member since: theirs again when they are parted.
    came_from bigint,
    PRIMARY KEY (program_id, definition_id, member_id)
);
CREATE INDEX board_participants_member ON board_participants (program_id, member_id);

-- Members whose place on a board may have changed; drained into Redis and deleted, like game_marks. A mark that names a
-- board says that its member is to be taken off it, also where nothing was written of them yet.
CREATE TABLE board_marks (
    program_id bigint NOT NULL,
    mark_id bigint NOT NULL DEFAULT nextval('ledger_ids'),
    member_id bigint NOT NULL,
    definition_id bigint NOT NULL DEFAULT 0,
    marked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, mark_id)
);

-- Numbers that rise: whoever writes boards draws one before reading what to write, so an older reading never replaces a
-- newer one, however late it is written.
CREATE SEQUENCE board_fences AS bigint;

-- A season of a board. While it is open its ranks are in Redis; when it closes they are frozen here, and prizes follow.
CREATE TABLE board_seasons (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    period text NOT NULL,
    segment text NOT NULL,
    version integer NOT NULL,
    zone text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT now(),
    entries bigint NOT NULL,
    result_hash bytea NOT NULL,
    -- Prizes are given page by page, from the first place on, once their hold is over.
    prizes_due_at timestamptz,
    prizes_through bigint NOT NULL DEFAULT 0,
    prizes_given_at timestamptz,
    PRIMARY KEY (program_id, definition_id, period, segment)
);
CREATE INDEX board_seasons_due ON board_seasons (prizes_due_at) WHERE prizes_due_at IS NOT NULL AND prizes_given_at IS NULL;
CREATE TABLE board_results (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    period text NOT NULL,
    segment text NOT NULL,
    -- 1 is the first; no two have the same. The rank is what people are shown, by the board's own way of counting ties.
    place bigint NOT NULL,
    member_id bigint NOT NULL,
    display_name text NOT NULL,
    rank bigint NOT NULL,
    score bigint NOT NULL,
    reached_at timestamptz NOT NULL,
    -- What a refund that came after the close would have made of it: a note, never a new place.
    adjusted_score bigint,
    adjusted_at timestamptz,
    -- Which award its prize is; '' where there was none to give when it was looked at, NULL until then.
    prize_award text,
    PRIMARY KEY (program_id, definition_id, period, segment, place)
);
CREATE UNIQUE INDEX board_results_member ON board_results (program_id, definition_id, period, segment, member_id);
CREATE INDEX board_results_history ON board_results (program_id, member_id, definition_id, period);

-- An entry that looks like cheating is shown to nobody but its owner until a person decides. What was cleared is not found
-- again by the same evidence.
CREATE TABLE board_quarantines (
    program_id bigint NOT NULL,
    quarantine_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    member_id bigint NOT NULL,
    reason text NOT NULL,
    evidence jsonb NOT NULL DEFAULT '{}',
    since timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    appeal text,
    appealed_at timestamptz,
    decision text CHECK (decision IN ('upheld', 'cleared')),
    decided_by text,
    decided_at timestamptz,
    -- Until when its evidence was looked at by the person who cleared it.
    cleared_until timestamptz,
    -- When the facts that it followed from were no longer there.
    lifted_at timestamptz,
    -- Time alone ends what was found, so an undecided one is looked at again now and then.
    looked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, quarantine_id)
);
CREATE INDEX board_quarantines_member ON board_quarantines (program_id, member_id, definition_id);
CREATE UNIQUE INDEX board_quarantines_open ON board_quarantines (program_id, definition_id, member_id, reason)
    WHERE lifted_at IS NULL AND decision IS DISTINCT FROM 'cleared';

-- Rules of what looks like cheating that changed: how far the members of a board or league were looked at again.
CREATE TABLE board_sweeps (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    last_member_id bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (program_id, definition_id)
);

-- Whom a member wants to be compared with; both agreed, so there is a row for each.
CREATE TABLE friendships (
    program_id bigint NOT NULL,
    member_id bigint NOT NULL,
    friend_id bigint NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, member_id, friend_id),
    CHECK (member_id <> friend_id)
);

-- A week of a league, and who played it where. Cohorts follow from facts and the seed alone; they are written down so that
-- what was settled stays, and so that the audit can work them out again.
CREATE TABLE league_seasons (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    period text NOT NULL,
    version integer NOT NULL,
    zone text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    seed bytea NOT NULL,
    formed_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    result_hash bytea,
    -- Prizes are given page by page, in the order of members, once their hold is over.
    prizes_due_at timestamptz,
    prizes_through bigint NOT NULL DEFAULT 0,
    prizes_given_at timestamptz,
    PRIMARY KEY (program_id, definition_id, period)
);
CREATE INDEX league_seasons_due ON league_seasons (prizes_due_at) WHERE prizes_due_at IS NOT NULL AND prizes_given_at IS NULL;
CREATE TABLE league_entries (
    program_id bigint NOT NULL,
    definition_id bigint NOT NULL,
    period text NOT NULL,
    member_id bigint NOT NULL,
    -- 0 is the lowest league.
    league smallint NOT NULL,
    cohort integer NOT NULL,
    -- What their place in a cohort followed from: the score of the week before, or when they first scored in this one.
    basis bigint NOT NULL,
    entered_at timestamptz NOT NULL,
    display_name text NOT NULL DEFAULT '',
    score bigint,
    rank integer,
    outcome text CHECK (outcome IN ('promoted', 'stayed', 'demoted', 'unranked', 'withdrawn')),
    -- As in board_results.
    prize_award text,
    PRIMARY KEY (program_id, definition_id, period, member_id)
);
CREATE INDEX league_entries_cohort ON league_entries (program_id, definition_id, period, league, cohort);
CREATE INDEX league_entries_member ON league_entries (program_id, member_id, definition_id, period);
