DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'cap_counters', 'member_events', 'products', 'member_merges', 'idempotency_keys', 'bulk_operations', 'bulk_rows',
        'rewards', 'reward_versions', 'redemptions', 'outside_calls'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO laurel_app USING (program_id = ANY '
            '((SELECT NULLIF(current_setting(''laurel.program_ids'', true), '''')::bigint[])::bigint[]))', tenant_table);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON reward_versions, idempotency_keys TO laurel_app;
GRANT SELECT, INSERT, UPDATE ON cap_counters, member_events, products, member_merges, bulk_operations, bulk_rows, rewards,
    redemptions, outside_calls TO laurel_app;
GRANT DELETE ON products, outside_calls, bulk_rows, bulk_operations TO laurel_app;

GRANT UPDATE (held, held_until, release_at, granted) ON awards TO laurel_app;
GRANT UPDATE (expires_at) ON lots TO laurel_app;
GRANT UPDATE (restored) ON reservations TO laurel_app;
