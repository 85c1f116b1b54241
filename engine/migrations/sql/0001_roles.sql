-- The role that app and worker act as. It owns nothing and passes no policy. Roles belong to the whole server, so another
-- database on it may have made this one already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'laurel_app') THEN
        CREATE ROLE laurel_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
BEGIN
    -- The owner may act as the app, so that one DATABASE_URL serves both on a small installation.
    EXECUTE format('GRANT laurel_app TO %I', current_user);
EXCEPTION
    WHEN OTHERS THEN
        IF NOT pg_has_role(current_user, 'laurel_app', 'MEMBER') THEN RAISE; END IF;
END $$;
