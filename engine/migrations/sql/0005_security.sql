DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'partners', 'agreement_versions', 'partner_keys', 'partner_signing_keys', 'partner_members',
        'partner_period_points', 'partner_events', 'partner_event_signatures',
        'partner_open_sums', 'statements', 'statement_lines', 'statement_nodes', 'statement_answers',
        'partner_payments', 'reconciliations', 'suspense_rows',
        'offers', 'offer_versions', 'budget_transfers', 'code_pools', 'pool_counts', 'pool_codes', 'pool_imports',
        'offer_claims', 'offer_clicks', 'exchange_quotes', 'partner_reports', 'conversions', 'conversion_changes',
        'conversion_appeals', 'report_files', 'report_file_rows',
        'partner_hosts', 'host_orders', 'host_reports', 'host_events', 'host_events_aside',
        'host_statements'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO laurel_app USING (program_id = ANY '
            '((SELECT NULLIF(current_setting(''laurel.program_ids'', true), '''')::bigint[])::bigint[]))', tenant_table);
    END LOOP;
END $$;

-- Written once: the app can neither change nor remove them.
GRANT SELECT, INSERT ON agreement_versions, partner_key_directory, partner_events, partner_event_signatures, statements,
    statement_lines, statement_nodes, statement_answers, partner_payments, reconciliations, offer_versions,
    budget_transfers, conversion_changes, host_events, host_statements TO laurel_app;
GRANT SELECT, INSERT, UPDATE ON partners, partner_keys, partner_signing_keys, partner_members, partner_period_points,
    partner_open_sums, suspense_rows, offers, code_pools, pool_counts, pool_codes, pool_imports, offer_claims,
    offer_clicks, exchange_quotes, partner_reports, conversions, conversion_appeals, partner_hosts, host_orders,
    host_reports TO laurel_app;
-- Erasing a person takes what leads to them; what is owed for them stays.
GRANT DELETE ON exchange_quotes, pool_codes, offer_clicks, partner_members TO laurel_app;
GRANT SELECT, INSERT, DELETE ON host_events_aside TO laurel_app;
GRANT UPDATE (answered_at) ON host_statements TO laurel_app;
GRANT UPDATE (statement_number) ON host_events TO laurel_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON report_files, report_file_rows TO laurel_app;
