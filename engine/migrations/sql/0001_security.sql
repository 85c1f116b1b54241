-- The second wall: whatever a query forgets, a tenant that the transaction did not name is not there.
DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'programs', 'program_versions', 'program_drafts', 'shops', 'shop_credentials', 'privacy_requests', 'redactions',
        'deliveries', 'members', 'customers', 'orders', 'refunds', 'transactions', 'transfers', 'effect_keys', 'awards', 'lots',
        'lot_consumptions', 'reservations', 'reservation_lots', 'unsealed_transactions', 'blocks',
        'audits'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO laurel_app USING (program_id = ANY '
            '((SELECT NULLIF(current_setting(''laurel.program_ids'', true), '''')::bigint[])::bigint[]))', tenant_table);
    END LOOP;
END $$;

-- Anyone of ours may look a domain up; only its own tenant may change it.
ALTER TABLE shop_directory ENABLE ROW LEVEL SECURITY;
CREATE POLICY lookup ON shop_directory FOR SELECT TO laurel_app USING (true);
CREATE POLICY tenant ON shop_directory TO laurel_app USING (program_id = ANY (
    (SELECT NULLIF(current_setting('laurel.program_ids', true), '')::bigint[])::bigint[]));

GRANT USAGE ON SCHEMA public TO laurel_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO laurel_app;
GRANT SELECT ON alembic_version TO laurel_app;

-- Append-only: written once, read for ever.
GRANT SELECT, INSERT ON program_versions, transactions, transfers, effect_keys, lot_consumptions, blocks, audits TO laurel_app;

-- State that moves with the ledger; only the columns that may move.
GRANT SELECT, INSERT ON awards, lots, reservations, reservation_lots TO laurel_app;
GRANT UPDATE (posted, revision) ON awards TO laurel_app;
GRANT UPDATE (remaining, expired) ON lots TO laurel_app;
GRANT UPDATE (captured, state) ON reservations TO laurel_app;

GRANT SELECT, INSERT, UPDATE ON programs, program_drafts, shops, shop_directory, deliveries, members, customers, orders, refunds,
    privacy_requests, redactions TO laurel_app;
GRANT DELETE ON shop_directory, deliveries, customers, refunds TO laurel_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop_credentials TO laurel_app;
GRANT SELECT, INSERT, DELETE ON unsealed_transactions TO laurel_app;

REVOKE ALL ON FUNCTION maintain_delivery_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_delivery_partitions() TO laurel_app;
