DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'activities', 'tier_versions', 'tier_plans', 'member_tiers', 'tier_overrides', 'perk_deliveries', 'customer_marks',
        'plans', 'plan_versions', 'membership_facts', 'memberships', 'benefit_entries', 'contracts', 'billing_attempts',
        'membership_repairs'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO laurel_app USING (program_id = ANY '
            '((SELECT NULLIF(current_setting(''laurel.program_ids'', true), '''')::bigint[])::bigint[]))', tenant_table);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON tier_versions, plan_versions TO laurel_app;
GRANT SELECT, INSERT, UPDATE ON activities, tier_plans, member_tiers, tier_overrides, perk_deliveries, customer_marks, plans,
    membership_facts, memberships, benefit_entries, contracts, billing_attempts, membership_repairs TO laurel_app;
GRANT DELETE ON activities, member_tiers, memberships, customer_marks TO laurel_app;
