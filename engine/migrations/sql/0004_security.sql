DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'game_definitions', 'game_definition_versions', 'game_facts', 'game_marks', 'achievements', 'game_standings',
        'game_sweeps', 'game_previews', 'revoked_credentials', 'challenge_contributions', 'challenge_moves',
        'challenge_totals', 'challenge_news', 'challenge_periods', 'artworks', 'issuer_keys',
        'board_participants', 'board_marks', 'board_seasons', 'board_results', 'board_quarantines', 'board_sweeps', 'friendships',
        'league_seasons', 'league_entries'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO laurel_app USING (program_id = ANY '
            '((SELECT NULLIF(current_setting(''laurel.program_ids'', true), '''')::bigint[])::bigint[]))', tenant_table);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON game_definition_versions, revoked_credentials TO laurel_app;
GRANT SELECT, INSERT, UPDATE ON game_definitions, game_facts, achievements, game_standings, game_sweeps, game_previews,
    challenge_contributions, challenge_moves, challenge_totals, challenge_news, challenge_periods, artworks, issuer_keys,
    board_participants, board_seasons, board_results, board_quarantines, board_sweeps, league_seasons, league_entries TO laurel_app;
GRANT SELECT, INSERT ON game_marks, board_marks, friendships TO laurel_app;
GRANT DELETE ON challenge_contributions, challenge_moves, game_facts, game_marks, game_standings, game_sweeps,
    game_previews, artworks,
    board_participants, board_marks, board_quarantines, board_sweeps, friendships, league_entries TO laurel_app;
GRANT USAGE ON SEQUENCE board_fences TO laurel_app;
-- Marks are locked as they are taken, which takes this right; nothing ever changes one.
GRANT UPDATE (marked_at) ON game_marks, board_marks TO laurel_app;
