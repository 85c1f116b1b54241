-- The job queue's tables are the worker's own; they carry calls to make, no tenant's facts.
DO $$
DECLARE
    queue_table text;
BEGIN
    FOR queue_table IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate\_%' LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO laurel_app', queue_table);
    END LOOP;
END $$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO laurel_app;
